"use client";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/dropdown-menu";
import { saveExport } from "./save-export";

const formats = [
  ["ndjson", "NDJSON: the exact texts"],
  ["csv", "CSV: for a spreadsheet"],
  ["ocsf", "OCSF: for a SIEM"],
] as const;

const heading = (text: string) => <span className="text-sm text-ink-3">{text}</span>;

type Props = {
  filter: readonly (readonly [string, string])[];
  /** What the filter finds, in words. */
  counted: string;
};

/** Takes out what the filter finds, or the whole sealed log. */
export function ExportMenu({ filter, counted }: Props) {
  const [pending, setPending] = useState(false);
  const take = async (fields: readonly (readonly [string, string])[]) => {
    setPending(true);
    await saveExport(fields);
    setPending(false);
  };
  return (
    <Menu label="Export" trigger={<Button pending={pending}>Export</Button>}>
      <MenuLabel>{heading(counted)}</MenuLabel>
      {formats.map(([format, label]) => (
        <MenuItem key={format} onSelect={() => void take([...filter, ["format", format]])}>
          {label}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuLabel>{heading("The whole sealed log")}</MenuLabel>
      <MenuItem onSelect={() => void take([["format", "bundle"]])}>Bundle: for the verifier</MenuItem>
    </Menu>
  );
}
