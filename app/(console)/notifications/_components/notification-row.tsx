"use client";
import { StatusGlyph } from "@/components/status/glyph";
import type { StatusKind } from "@/components/status/kind";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { CardRow } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { RelativeMoment } from "@/components/ui/moment";
import { TextLink } from "@/components/ui/text-link";
import type { NotificationView, Severity } from "@/lib/notifications/rules";
import { markReadAction } from "../actions";

const look: Record<Severity, { kind: StatusKind; word: string }> = {
  info: { kind: "none", word: "information" },
  warn: { kind: "warn", word: "warning" },
  bad: { kind: "bad", word: "alarm" },
};

/** One thing that somebody was told. */
export function NotificationRow({ notification, now }: { notification: NotificationView; now: string }) {
  const { id, severity, title, body, href, createdAt, read } = notification;
  const { kind, word } = look[severity];
  return (
    <CardRow
      lead={<StatusGlyph kind={kind} label={word} className="mt-1" />}
      end={read ? null : <MarkRead id={id} label="Mark as read" about={title} />}
    >
      <span className="flex flex-wrap items-baseline gap-x-2">
        <TextLink href={href} className={cn(read ? "" : "font-medium")}>
          {title}
        </TextLink>
        {read ? null : <span className="text-sm text-accent">new</span>}
      </span>
      <span className="text-ink-2">{body}</span>
      <RelativeMoment at={createdAt} now={now} className="text-ink-3" />
    </CardRow>
  );
}

/** Says that something was read. */
export function MarkRead({ id, label, about }: { id: string; label: string; about?: string }) {
  return (
    <ActionForm action={markReadAction}>
      <input type="hidden" name="id" value={id} />
      <SubmitButton variant="quiet" size="small" {...(about ? { "aria-label": `${label}: ${about}` } : {})}>
        {label}
      </SubmitButton>
    </ActionForm>
  );
}
