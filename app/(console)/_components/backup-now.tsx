"use client";
import { useEffect, useState } from "react";
import { startBackupAction } from "@/app/(console)/backups/actions";
import type { StatusKind } from "@/components/status/kind";
import { ActionForm, FormButtons, SubmitButton } from "@/components/ui/action-form";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import type { ButtonSize } from "@/components/ui/button-style";
import { CodeBlock } from "@/components/ui/code-block";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { Textarea } from "@/components/ui/textarea";
import { toast } from "@/components/ui/toast-store";
import { type BackupStanding, type BackupState, equivalentCommand, isEnded } from "@/lib/backups/rules";
import { getJson } from "@/lib/core/http";
import { plural } from "@/lib/core/words";

const lookEveryMs = 3_000;

type Known = { standing: BackupStanding } | "failed" | null;

/** What is known of the resource's backups while the dialog is open; asks again for as long as one is on its way. */
function useStanding(resourceId: string, open: boolean): { known: Known; askAgain: () => void } {
  const [known, setKnown] = useState<Known>(null);
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks again
  useEffect(() => {
    if (!open) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        const standing = await getJson<BackupStanding>(`/api/live/backups/${resourceId}`, abort.signal);
        setKnown({ standing });
        if (standing.latest && !isEnded(standing.latest.state)) timer = setTimeout(() => void ask(), lookEveryMs);
      } catch {
        if (!abort.signal.aborted) setKnown("failed");
      }
    };
    void ask();
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [resourceId, open, round]);
  return { known, askAgain: () => setRound((now) => now + 1) };
}

const stateWords: Record<BackupState, { kind: StatusKind; text: string }> = {
  queued: { kind: "run", text: "is being handed to the provider" },
  running: { kind: "run", text: "is running" },
  cancelling: { kind: "run", text: "is being stopped" },
  succeeded: { kind: "ok", text: "has been made" },
  succeeded_with_issues: { kind: "warn", text: "has been made, with issues" },
  partial: { kind: "warn", text: "has been made in part" },
  failed: { kind: "bad", text: "failed" },
  cancelled: { kind: "bad", text: "was stopped" },
  expired: { kind: "bad", text: "did not start in time" },
};

function Latest({ latest }: { latest: NonNullable<BackupStanding["latest"]> }) {
  const { kind, text } = stateWords[latest.state];
  const title = latest.unanswered
    ? "The provider has not answered yet. The same call is sent again, which starts nothing twice."
    : `The backup that ${latest.askedBy} asked for ${text}.`;
  return (
    <Banner kind={latest.unanswered ? "warn" : kind} title={title} role="status">
      <span className="block">
        Into <NameText text={latest.vault} length={60} />, asked for <Moment at={latest.at} local={false} />
      </span>
      {latest.jobRef === null ? null : (
        <span className="block">
          Job <code className="font-mono text-sm">{latest.jobRef}</code>
        </span>
      )}
      {latest.message === null ? null : <span className="block">{latest.message}</span>}
    </Banner>
  );
}

const keptText = (days: number | null) => (days === null ? "kept until deleted" : `kept ${plural(days, "day")}`);

function StartForm({ standing, onDone }: { standing: BackupStanding; onDone: () => void }) {
  const usual = standing.vaults.find((vault) => vault.usual);
  const [name, setName] = useState(usual?.name ?? "");
  const chosen = standing.vaults.find((vault) => vault.name === name);
  return (
    <ActionForm action={startBackupAction} onDone={onDone}>
      <input type="hidden" name="resourceId" value={standing.resourceId} />
      <Field
        name="vault"
        label="Vault"
        required
        hint={
          chosen === undefined
            ? "Nothing was backed up here before, so none is usual."
            : `The backup is ${keptText(chosen.keptDays)}.`
        }
      >
        <Select name="vault" value={name} onChange={(event) => setName(event.target.value)}>
          {usual === undefined ? <option value="">Choose a vault</option> : null}
          {standing.vaults.map((vault) => (
            <option key={vault.name} value={vault.name}>
              {vault.name}
              {vault.usual ? " (usual)" : ""}
            </option>
          ))}
        </Select>
      </Field>
      <Field name="reason" label="Why now" required hint="Stands in the audit log beside your name.">
        <Textarea name="reason" rows={2} maxLength={500} />
      </Field>
      {standing.call === null || chosen === undefined ? null : (
        <details>
          <summary className="w-fit text-ink-2">The same as a command</summary>
          <CodeBlock label="AWS CLI" code={equivalentCommand(standing.call, chosen)} wrap />
        </details>
      )}
      <FormButtons>
        <DialogClose>Not now</DialogClose>
        <SubmitButton>
          <span>
            Back up <NameText text={standing.name} length={40} />
          </span>
        </SubmitButton>
      </FormButtons>
    </ActionForm>
  );
}

function DialogBody({ known, onDone, onAgain }: { known: Known; onDone: () => void; onAgain: () => void }) {
  if (known === null)
    return (
      <div className="grid gap-3" aria-busy="true">
        <Skeleton className="h-9" />
        <Skeleton className="h-16" />
      </div>
    );
  if (known === "failed")
    return (
      <Banner
        kind="bad"
        role="alert"
        title="This resource could not be looked up."
        action={<Button onClick={onAgain}>Ask again</Button>}
      >
        Nothing was started.
      </Banner>
    );
  const { standing } = known;
  const live = standing.latest !== null && !isEnded(standing.latest.state);
  return (
    <div className="grid gap-4">
      {standing.latest === null ? null : <Latest latest={standing.latest} />}
      {standing.refusal === null ? (
        <StartForm key={standing.resourceId} standing={standing} onDone={onDone} />
      ) : live ? null : (
        <Banner kind="lock" title="No backup can be started now.">
          {standing.refusal}
        </Banner>
      )}
    </div>
  );
}

/** The button that backs a resource up outside its schedule, with the dialog that says where to and asks why. */
export function BackupNow({
  resourceId,
  resourceName,
  size = "normal",
}: {
  resourceId: string;
  resourceName: string;
  size?: ButtonSize;
}) {
  const [open, setOpen] = useState(false);
  const { known, askAgain } = useStanding(resourceId, open);
  const done = () => {
    toast(`A backup of ${resourceName} is on its way`, { kind: "run" });
    askAgain();
  };
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button size={size}>Back up now</Button>}
      title={
        <>
          Back up <NameText text={resourceName} length={60} /> now
        </>
      }
      description="One backup outside the schedule. It changes nothing about what runs later."
    >
      <DialogBody known={known} onDone={done} onAgain={askAgain} />
    </Dialog>
  );
}
