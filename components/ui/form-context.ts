"use client";
import { createContext, useContext } from "react";

type FormStanding = {
  pending: boolean;
  /** What was refused, by the name of the field. */
  fieldErrors: Readonly<Record<string, string>>;
};

const idle: FormStanding = { pending: false, fieldErrors: {} };

/** Tells the fields and buttons of a form how its action stands. */
export const FormContext = createContext<FormStanding>(idle);

/** How the form around stands; idle where there is none. */
export const useFormStanding = () => useContext(FormContext);

type FieldBinding = {
  id: string;
  name: string;
  describedBy: string | undefined;
  invalid: boolean;
  required: boolean;
};

/** Binds a control to the label, hint and error of the field around it. */
export const FieldContext = createContext<FieldBinding | null>(null);

/** The attributes a control takes over from its field; its own win. */
export function useFieldAttributes() {
  const field = useContext(FieldContext);
  if (field === null) return {};
  return {
    id: field.id,
    name: field.name,
    ...(field.required ? { required: true } : {}),
    ...(field.invalid ? { "aria-invalid": true as const } : {}),
    ...(field.describedBy === undefined ? {} : { "aria-describedby": field.describedBy }),
  };
}
