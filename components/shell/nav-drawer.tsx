"use client";
import { Menu, X } from "lucide-react";
import { Dialog } from "radix-ui";
import { type ReactNode, useState } from "react";
import { buttonClass } from "@/components/ui/button-style";
import { NavList } from "./nav-list";
import type { NavGroup } from "./navigation";

/** The navigation on a phone: a drawer from the left. */
export function NavDrawer({ groups, brand, foot }: { groups: readonly NavGroup[]; brand: ReactNode; foot: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger aria-label="Open navigation" className={buttonClass("quiet", "icon", "-ml-2 md:hidden")}>
        <Menu aria-hidden="true" className="size-5" />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[oklch(15%_0.02_258/0.5)] md:hidden" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-50 grid w-72 max-w-[85vw] animate-drawer-in grid-rows-[auto_minmax(0,1fr)_auto] border-r bg-sunken shadow-float md:hidden"
        >
          <div className="flex items-center justify-between px-3 py-2">
            <Dialog.Title className="sr-only">Navigation</Dialog.Title>
            {brand}
            <Dialog.Close aria-label="Close navigation" className={buttonClass("quiet", "icon")}>
              <X aria-hidden="true" className="size-5" />
            </Dialog.Close>
          </div>
          <div className="overflow-y-auto px-2.5 pt-1 pb-4">
            <NavList groups={groups} onFollow={() => setOpen(false)} />
          </div>
          <div className="border-t px-4.5 py-3">{foot}</div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
