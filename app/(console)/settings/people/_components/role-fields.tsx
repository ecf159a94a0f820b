"use client";
import { useState } from "react";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { roles } from "@/lib/access/permissions";
import { visible } from "@/lib/core/words";
import { roleWords } from "@/lib/people/rules";

export type TeamName = { id: string; name: string };

/** A role and what it covers. */
export function RoleFields({ teams }: { teams: readonly TeamName[] }) {
  return (
    <>
      <Field name="role" label="Role" required>
        <Select defaultValue="viewer">
          {roles.map((role) => (
            <option key={role} value={role}>
              {roleWords[role].name}: {roleWords[role].text}
            </option>
          ))}
        </Select>
      </Field>
      <ScopeFields label="Covers" teams={teams} />
    </>
  );
}

/** All of the estate, the systems of a team, or the resources with a tag. */
export function ScopeFields({ label, teams }: { label: string; teams: readonly TeamName[] }) {
  const [scope, setScope] = useState("everything");
  return (
    <>
      <Field name="scope" label={label} required>
        <Select value={scope} onChange={(event) => setScope(event.currentTarget.value)}>
          <option value="everything">Everything</option>
          <option value="team" disabled={teams.length === 0}>
            The systems of a team
          </option>
          <option value="tag">Resources with a tag</option>
        </Select>
      </Field>
      {scope === "team" ? (
        <Field name="teamId" label="Team" required>
          <Select>
            {teams.map(({ id, name }) => (
              <option key={id} value={id}>
                {visible(name)}
              </option>
            ))}
          </Select>
        </Field>
      ) : null}
      {scope === "tag" ? (
        <div className="grid gap-4 md:grid-cols-2">
          <Field name="tagKey" label="Tag" required>
            <Input maxLength={128} />
          </Field>
          <Field name="tagValue" label="Value" required>
            <Input maxLength={256} />
          </Field>
        </div>
      ) : null}
    </>
  );
}
