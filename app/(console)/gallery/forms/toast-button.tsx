"use client";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";
export function ToastButton() { return <Button onClick={() => toast("Restore asked for", { text: "Two people were told." })}>Toast</Button>; }
