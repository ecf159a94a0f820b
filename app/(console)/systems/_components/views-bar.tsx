"use client";
import { ChevronDown } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { Menu, MenuItem, MenuLabel, MenuLink } from "@/components/ui/dropdown-menu";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { LinkTabs } from "@/components/ui/link-tabs";
import { NameText } from "@/components/ui/name-text";
import { toast } from "@/components/ui/toast-store";
import { type ViewPage, viewHref, viewNameLength } from "@/lib/views/rules";
import type { SavedView } from "@/lib/views/view";
import { deleteViewAction, editViewAction, saveViewAction } from "../actions";

type Props = {
  page: ViewPage;
  /** What the list without a filter is called. */
  whole: string;
  views: readonly SavedView[];
  /** What is being looked at, as a view would keep it. */
  query: string;
};

/** So many views stand in the row; the others are in its menu. */
const mostTabs = 5;

function SharedBox({ checked = false }: { checked?: boolean }) {
  return (
    <Checkbox
      name="shared"
      label="Shared with everybody"
      hint="Each sees in it what they may see. You alone can change it."
      defaultChecked={checked}
    />
  );
}

const NameField = ({ name }: { name?: string }) => (
  <Field name="name" label="Name" required>
    <Input maxLength={viewNameLength} defaultValue={name} autoComplete="off" />
  </Field>
);

function SaveDialog({ page, query, onClose }: { page: ViewPage; query: string; onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Save this view"
      description="It keeps the filter, the order and the grouping, not the rows. A name you used before shows this from now on."
    >
      <ActionForm
        action={saveViewAction}
        className="grid gap-4"
        onDone={() => {
          toast("The view was saved.");
          onClose();
        }}
      >
        <input type="hidden" name="page" value={page} />
        <input type="hidden" name="query" value={query} />
        <NameField />
        <SharedBox />
        <Buttons>
          <SubmitButton>Save view</SubmitButton>
        </Buttons>
      </ActionForm>
    </Dialog>
  );
}

const Buttons = ({ children }: { children: ReactNode }) => (
  <div className="flex justify-end gap-2">
    <DialogClose>Cancel</DialogClose>
    {children}
  </div>
);

function EditDialog({ view, onClose }: { view: SavedView; onClose: () => void }) {
  return (
    <Dialog open onOpenChange={onClose} title="Change this view">
      <ActionForm
        action={editViewAction}
        className="grid gap-4"
        onDone={() => {
          toast("The view was changed.");
          onClose();
        }}
      >
        <input type="hidden" name="viewId" value={view.id} />
        <NameField name={view.name} />
        <SharedBox checked={view.shared} />
        <Buttons>
          <SubmitButton>Keep changes</SubmitButton>
        </Buttons>
      </ActionForm>
    </Dialog>
  );
}

function DeleteDialog({ view, onClose }: { view: SavedView; onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={
        <>
          Delete the view <NameText text={view.name} />
        </>
      }
      description={view.shared ? "It goes for everybody it is shared with. The systems stay." : "The systems stay."}
    >
      <ActionForm
        action={deleteViewAction}
        onDone={() => {
          toast("The view was deleted.");
          onClose();
        }}
      >
        <input type="hidden" name="viewId" value={view.id} />
        <Buttons>
          <Button type="submit" variant="danger">
            Delete view
          </Button>
        </Buttons>
      </ActionForm>
    </Dialog>
  );
}

type Asked = "save" | "edit" | "delete" | null;

function Window({
  asked,
  own,
  page,
  query,
  onClose,
}: Pick<Props, "page" | "query"> & { asked: Asked; own: SavedView | undefined; onClose: () => void }) {
  if (asked === "save") return <SaveDialog page={page} query={query} onClose={onClose} />;
  if (asked === "edit" && own) return <EditDialog view={own} onClose={onClose} />;
  return asked === "delete" && own ? <DeleteDialog view={own} onClose={onClose} /> : null;
}

const quiet = (label: ReactNode) => (
  <Button variant="quiet" size="small">
    {label}
    <ChevronDown aria-hidden="true" className="-mr-0.5 size-3.5" />
  </Button>
);

/** The views of a list: those one keeps and those others share, and what can be done with the one looked at. */
export function ViewsBar({ page, whole, views, query }: Props) {
  const [asked, setAsked] = useState<Asked>(null);
  const own = views.find((view) => view.owner === null && view.query === query);
  const current = own ?? views.find((view) => view.query === query);
  const first = views.slice(0, mostTabs);
  const tabbed = current && !first.includes(current) ? [...first.slice(0, -1), current] : first;
  const others = views.filter((view) => !tabbed.includes(view));
  return (
    <div className="flex min-w-0 flex-wrap items-end gap-x-3 gap-y-2 print:hidden">
      <div className="min-w-0 flex-1 max-md:basis-full">
        <LinkTabs
          label="Saved views"
          tabs={[
            { href: page, label: whole, current: query === "" },
            ...tabbed.map((view) => ({
              href: viewHref(page, view.query),
              label: <NameText text={view.name} length={28} />,
              current: view === current,
            })),
          ]}
        />
      </div>
      {others.length === 0 ? null : (
        <Menu label="More views" trigger={quiet("More views")}>
          {others.map((view) => (
            <MenuLink key={view.id} href={viewHref(page, view.query)}>
              <NameText text={view.name} length={32} />
              {view.owner === null ? null : <NameText text={view.owner} length={20} className="ml-auto text-ink-3" />}
            </MenuLink>
          ))}
        </Menu>
      )}
      {current ? (
        <Menu label="This view" trigger={quiet("This view")}>
          <MenuLabel>
            {current.owner === null ? (
              current.shared ? (
                "Yours, shared with everybody"
              ) : (
                "Yours alone"
              )
            ) : (
              <>
                Shared by <NameText text={current.owner} length={32} />
              </>
            )}
          </MenuLabel>
          {own ? (
            <>
              <MenuItem onSelect={() => setAsked("edit")}>Rename or share…</MenuItem>
              <MenuItem danger onSelect={() => setAsked("delete")}>
                Delete…
              </MenuItem>
            </>
          ) : null}
        </Menu>
      ) : null}
      {query === "" || own ? null : (
        <Button size="small" onClick={() => setAsked("save")}>
          Save view
        </Button>
      )}
      <Window asked={asked} own={own} page={page} query={query} onClose={() => setAsked(null)} />
    </div>
  );
}
