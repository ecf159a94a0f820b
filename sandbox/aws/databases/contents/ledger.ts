import {
  ageSteps,
  type Content,
  growingRows,
  oneGrowing,
  schemaMigrations,
  streamRows,
} from "@/sandbox/aws/databases/content";
import { companyForms, companyStems } from "@/sandbox/aws/databases/words";

const accounts = { base: 320, perDay: 0.04 };
const transferStepSeconds = 600;
const windowDays = 90;

/** A double-entry ledger: each transfer's entries add up to zero, so the whole book does. */
export const ledgerContent: Content = {
  kind: "ledger",
  tables: [
    schemaMigrations,
    {
      name: "accounts",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "number text NOT NULL",
        "name text NOT NULL",
        "kind text NOT NULL",
        "currency text NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [],
      indexes: ["CREATE INDEX accounts_number ON accounts (number)"],
      rows: (moment) => `SELECT i, lpad((10000 + i)::text, 6, '0'),
          ${moment.pick(companyStems, "account.stem", "i")} || ' ' || ${moment.pick(companyForms, "account.form", "i")},
          ${moment.pick(["receivable", "payable", "revenue", "expense", "cash"], "account.kind", "i")}, 'EUR', at
        FROM ${growingRows(moment, "account", accounts.base, accounts.perDay)} AS grown`,
    },
    {
      name: "transfers",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "reference text NOT NULL",
        "state text NOT NULL",
        "created_at timestamptz NOT NULL",
        "updated_at timestamptz NOT NULL",
      ],
      parents: [],
      indexes: ["CREATE INDEX transfers_created_at ON transfers (created_at)"],
      rows: (moment) => {
        const step = ageSteps(moment, "at", [
          ["pending", "0"],
          ["cleared", `1800 + ${moment.hash("transfer.pace", "i")} % 7200`],
          ["settled", "172800"],
        ]);
        return `SELECT i, ${moment.pick(["RE", "GU", "UB", "ZA"], "transfer.reference", "i")} || '-' || i,
          ${step.status}, at, ${step.since} FROM ${streamRows(moment, "transfer", transferStepSeconds, windowDays)} AS slot`;
      },
    },
    {
      name: "entries",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "transfer_id bigint NOT NULL",
        "account_id bigint NOT NULL",
        "amount_cents bigint NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [
        { column: "transfer_id", table: "transfers", key: "id" },
        { column: "account_id", table: "accounts", key: "id" },
      ],
      indexes: [
        "CREATE INDEX entries_transfer ON entries (transfer_id)",
        "CREATE INDEX entries_account ON entries (account_id)",
      ],
      rows: (moment) => {
        const amount = moment.between(100, 4_800_000, "transfer.amount", "i");
        const tax = `${amount} * 19 / 119`;
        return `SELECT i * 3 + line, i,
          ${oneGrowing(moment, "entry.account", "(i * 3 + line)", "at", accounts.base, accounts.perDay)},
          CASE line WHEN 0 THEN -${amount} WHEN 1 THEN ${amount} - ${tax} ELSE ${tax} END, at
          FROM ${streamRows(moment, "transfer", transferStepSeconds, windowDays)} AS slot, generate_series(0, 2) AS line`;
      },
    },
  ],
  extras: [
    `CREATE VIEW account_balances AS SELECT account_id, sum(amount_cents)::bigint AS balance_cents, max(created_at) AS as_of
     FROM entries GROUP BY account_id`,
  ],
  accidents: {
    wrong_prices: [
      `UPDATE entries SET amount_cents = amount_cents * 100
       WHERE created_at <= $at AND created_at > $at - interval '3 days' AND amount_cents > 0`,
    ],
    dropped_rows: [
      `DELETE FROM entries WHERE created_at <= $at AND created_at > $at - interval '10 days' AND amount_cents < 0`,
    ],
  },
};
