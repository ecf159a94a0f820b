/** A form's fields as an object: repeated names become lists, React's own fields are left out. */
export function fieldsOf(form: FormData): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    if (name.startsWith("$ACTION")) continue;
    const values = form.getAll(name);
    fields[name.replace(/\[\]$/, "")] = values.length > 1 || name.endsWith("[]") ? values : values[0];
  }
  return fields;
}
