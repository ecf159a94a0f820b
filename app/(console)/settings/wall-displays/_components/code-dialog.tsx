"use client";
import { type ReactNode, useState } from "react";
import { ProveForm, type ProveFormProps } from "@/components/step-up/prove";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { PairingCode } from "@/lib/walls/rules";
import { PairingCodeShown } from "./pairing-code";

type Props = Omit<ProveFormProps<PairingCode>, "onDone"> & { trigger: ReactNode; title: string; description: string };

/** Something that makes a pairing code: it is confirmed first, then its code is shown once. */
export function CodeDialog({ trigger, title, description, ...form }: Props) {
  const [open, setOpen] = useState(false);
  const [issued, setIssued] = useState<PairingCode | null>(null);
  const toggle = (next: boolean) => {
    setOpen(next);
    setIssued(null);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={toggle}
      trigger={trigger}
      title={issued === null ? title : "Pair the screen"}
      description={issued === null ? description : undefined}
    >
      {issued === null ? (
        <ProveForm<PairingCode> {...form} onDone={setIssued} />
      ) : (
        <div className="grid gap-4">
          <PairingCodeShown issued={issued} />
          <div>
            <Button variant="primary" onClick={() => toggle(false)}>
              Done
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
