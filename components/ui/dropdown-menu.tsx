"use client";
import { Check } from "lucide-react";
import { DropdownMenu as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { AppLink } from "./app-link";
import { cn } from "./cn";

const itemClass =
  "flex cursor-default items-center gap-2 rounded-sm px-2 py-1.5 outline-none select-none data-highlighted:bg-hover data-disabled:text-ink-3 max-md:min-h-11";

/** A menu that opens from a button. */
export function Menu({
  trigger,
  label,
  children,
  align = "end",
}: {
  trigger: ReactNode;
  /** Names the menu for a screen reader. */
  label: string;
  children: ReactNode;
  align?: "start" | "end";
}) {
  return (
    <Primitive.Root modal={false}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
          className="z-50 min-w-52 max-w-[min(22rem,calc(100vw-1rem))] animate-float-in rounded-md border bg-raised p-1 shadow-float"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** An entry that does something. */
export function MenuItem({
  children,
  onSelect,
  danger = false,
  disabled = false,
  shortcut,
}: {
  children: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
  shortcut?: ReactNode;
}) {
  return (
    <Primitive.Item onSelect={onSelect} disabled={disabled} className={cn(itemClass, danger && "text-bad")}>
      {children}
      {shortcut === undefined ? null : <span className="ml-auto pl-6">{shortcut}</span>}
    </Primitive.Item>
  );
}

/** An entry that goes somewhere. */
export function MenuLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Primitive.Item asChild className={itemClass}>
      <AppLink href={href} prefetch={false}>
        {children}
      </AppLink>
    </Primitive.Item>
  );
}

/** A choice of one inside a menu. */
export function MenuChoice({
  label,
  value,
  onValueChange,
  choices,
}: {
  label: string;
  value: string;
  onValueChange: (value: string) => void;
  choices: readonly { value: string; label: string }[];
}) {
  return (
    <>
      <Primitive.Label className="px-2 pt-1.5 pb-1 text-xs font-medium text-ink-3">{label}</Primitive.Label>
      <Primitive.RadioGroup value={value} onValueChange={onValueChange} aria-label={label}>
        {choices.map((choice) => (
          <Primitive.RadioItem
            key={choice.value}
            value={choice.value}
            className={itemClass}
            onSelect={(event) => event.preventDefault()}
          >
            {choice.label}
            <Primitive.ItemIndicator className="ml-auto">
              <Check aria-hidden="true" className="size-3.5 text-accent" />
            </Primitive.ItemIndicator>
          </Primitive.RadioItem>
        ))}
      </Primitive.RadioGroup>
    </>
  );
}

/** A word over a group of entries. */
export function MenuLabel({ children }: { children: ReactNode }) {
  return <Primitive.Label className="px-2 py-1.5 wrap-anywhere">{children}</Primitive.Label>;
}

/** A hairline between groups. */
export function MenuSeparator() {
  return <Primitive.Separator className="-mx-1 my-1 h-px bg-line" />;
}
