"use client";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { saveExport } from "../../_components/save-export";

/** Takes out the whole sealed log as one file for the verifier. */
export function BundleButton() {
  const [pending, setPending] = useState(false);
  const take = async () => {
    setPending(true);
    await saveExport([["format", "bundle"]]);
    setPending(false);
  };
  return (
    <Button pending={pending} onClick={() => void take()}>
      Export the bundle
    </Button>
  );
}
