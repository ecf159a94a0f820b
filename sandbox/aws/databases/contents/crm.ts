import {
  ageSteps,
  type Content,
  growingRows,
  oneGrowing,
  schemaMigrations,
  streamRows,
} from "@/sandbox/aws/databases/content";
import { cities, companyForms, companyStems, countries, familyNames, givenNames } from "@/sandbox/aws/databases/words";

const companies = { base: 650, perDay: 0.15 };
const contacts = { base: 1900, perDay: 0.4 };

/** Customer relations: companies, contacts, deals that move through stages, and what was said. */
export const crmContent: Content = {
  kind: "crm",
  tables: [
    schemaMigrations,
    {
      name: "companies",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "name text NOT NULL",
        "city text NOT NULL",
        "country text NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [],
      indexes: [],
      rows: (moment) => `SELECT i, ${moment.pick(companyStems, "company.stem", "i")} || ' ' ||
          ${moment.pick(["Handel", "Logistik", "Feinkost", "Import", "Spedition"], "company.trade", "i")} || ' ' ||
          ${moment.pick(companyForms, "company.form", "i")},
          ${moment.pick(cities, "company.city", "i")}, ${moment.pick(countries, "company.country", "i")}, at
        FROM ${growingRows(moment, "company", companies.base, companies.perDay)} AS grown`,
    },
    {
      name: "contacts",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "company_id bigint NOT NULL",
        "name text NOT NULL",
        "role text NOT NULL",
        "phone text NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [{ column: "company_id", table: "companies", key: "id" }],
      indexes: ["CREATE INDEX contacts_company ON contacts (company_id)"],
      rows: (
        moment,
      ) => `SELECT i, ${oneGrowing(moment, "contact.company", "i", "at", companies.base, companies.perDay)},
          ${moment.pick(givenNames, "contact.given", "i")} || ' ' || ${moment.pick(familyNames, "contact.family", "i")},
          ${moment.pick(["buyer", "director", "logistics", "accounting"], "contact.role", "i")},
          '+49 40 ' || ${moment.between(1_000_000, 9_999_999, "contact.phone", "i")}, at
        FROM ${growingRows(moment, "contact", contacts.base, contacts.perDay)} AS grown`,
    },
    {
      name: "deals",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "company_id bigint NOT NULL",
        "title text NOT NULL",
        "stage text NOT NULL",
        "value_cents bigint NOT NULL",
        "created_at timestamptz NOT NULL",
        "updated_at timestamptz NOT NULL",
      ],
      parents: [{ column: "company_id", table: "companies", key: "id" }],
      indexes: ["CREATE INDEX deals_company ON deals (company_id)"],
      rows: (moment) => {
        const pace = `${moment.hash("deal.pace", "i")} % 864000`;
        const step = ageSteps(moment, "at", [
          ["new", "0"],
          ["qualified", `43200 + ${pace} / 4`],
          ["offer", `518400 + ${pace}`],
          ["closing", `1468800 + ${pace}`],
        ]);
        const closed = `CASE ${step.status} WHEN 'closing'
          THEN ${moment.pick(["won", "won", "lost", "closing"], "deal.fate", "i")} ELSE ${step.status} END`;
        return `SELECT i, ${oneGrowing(moment, "deal.company", "i", "at", companies.base, companies.perDay)},
          ${moment.pick(["Frame contract", "Seasonal order", "Cold chain", "Returns handling"], "deal.title", "i")} || ' ' || i,
          ${closed}, ${moment.between(20_000, 9_000_000, "deal.value", "i")}, at, ${step.since}
          FROM ${streamRows(moment, "deal", 5400, 180)} AS slot`;
      },
    },
    {
      name: "activities",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "contact_id bigint NOT NULL",
        "kind text NOT NULL",
        "note text NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [{ column: "contact_id", table: "contacts", key: "id" }],
      indexes: ["CREATE INDEX activities_contact ON activities (contact_id)"],
      rows: (moment) => `SELECT i, ${oneGrowing(moment, "activity.contact", "i", "at", contacts.base, contacts.perDay)},
          ${moment.pick(["call", "mail", "visit", "note"], "activity.kind", "i")},
          ${moment.pick(
            [
              "Asked for a new price list",
              "Delivery confirmed",
              "Wants to talk next week",
              "Complaint settled",
              "Offer sent",
            ],
            "activity.note",
            "i",
          )}, at FROM ${streamRows(moment, "activity", 480, 60)} AS slot`,
    },
  ],
  extras: [],
  accidents: {
    wrong_prices: [
      `UPDATE deals SET value_cents = value_cents / 100, updated_at = $at WHERE created_at <= $at AND id % 2 = 0`,
    ],
    dropped_rows: [`DELETE FROM activities WHERE created_at <= $at AND created_at > $at - interval '14 days'`],
  },
};
