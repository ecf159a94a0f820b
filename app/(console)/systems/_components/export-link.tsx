import { buttonClass } from "@/components/ui/button-style";

/** Takes every visible system out as a table; a plain link, because a file is no page. */
export function ExportLink() {
  return (
    <a href="/systems/export" download className={buttonClass("default", "normal")}>
      Take out as CSV
    </a>
  );
}
