import {
  ageSteps,
  type Content,
  growingRows,
  oneGrowing,
  schemaMigrations,
  streamRows,
} from "@/sandbox/aws/databases/content";
import { familyNames, givenNames } from "@/sandbox/aws/databases/words";

const users = { base: 1400, perDay: 0.5 };
const groupNames = ["admins", "buyers", "drivers", "finance", "it", "sales", "service", "warehouse"];

/** Sign-in: users, groups, memberships, sessions that come and go, and what happened. */
export const identityContent: Content = {
  kind: "identity",
  tables: [
    schemaMigrations,
    {
      name: "users",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "login text NOT NULL",
        "name text NOT NULL",
        "status text NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [],
      indexes: ["CREATE INDEX users_login ON users (login)"],
      rows: (moment) => `SELECT i, 'nh' || lpad(i::text, 5, '0'),
          ${moment.pick(givenNames, "user.given", "i")} || ' ' || ${moment.pick(familyNames, "user.family", "i")},
          CASE WHEN ${moment.hash("user.left", "i")} % 12 = 0 THEN 'suspended' ELSE 'active' END, at
        FROM ${growingRows(moment, "user", users.base, users.perDay)} AS grown`,
    },
    {
      name: "groups",
      key: "id",
      numbered: true,
      columns: ["id bigint NOT NULL", "name text NOT NULL", "created_at timestamptz NOT NULL"],
      parents: [],
      indexes: [],
      rows: (moment) => `SELECT i, (ARRAY[${groupNames.map((name) => `'${name}'`).join(",")}])[i::int], at
        FROM ${growingRows(moment, "group", groupNames.length, 0.000001)} AS grown WHERE i <= ${groupNames.length}`,
    },
    {
      name: "memberships",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "user_id bigint NOT NULL",
        "group_id bigint NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [
        { column: "user_id", table: "users", key: "id" },
        { column: "group_id", table: "groups", key: "id" },
      ],
      indexes: ["CREATE INDEX memberships_place ON memberships (user_id, group_id)"],
      rows: (moment) => `SELECT i * 10 + groups.id, i, groups.id, at
        FROM ${growingRows(moment, "user", users.base, users.perDay)} AS grown, groups
        WHERE ${moment.hash("membership", "(i * 10 + groups.id)")} % 4 = 0`,
    },
    {
      name: "sessions",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "user_id bigint NOT NULL",
        "state text NOT NULL",
        "created_at timestamptz NOT NULL",
        "updated_at timestamptz NOT NULL",
      ],
      parents: [{ column: "user_id", table: "users", key: "id" }],
      indexes: ["CREATE INDEX sessions_user ON sessions (user_id)"],
      rows: (moment) => {
        const step = ageSteps(moment, "at", [
          ["active", "0"],
          ["idle", `3600 + ${moment.hash("session.pace", "i")} % 7200`],
          ["expired", "43200"],
        ]);
        return `SELECT i, ${oneGrowing(moment, "session.user", "i", "at", users.base, users.perDay)}, ${step.status}, at,
          ${step.since} FROM ${streamRows(moment, "session", 180, 14)} AS slot`;
      },
    },
    {
      name: "sign_in_events",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "user_id bigint NOT NULL",
        "outcome text NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [{ column: "user_id", table: "users", key: "id" }],
      indexes: ["CREATE INDEX sign_in_events_created_at ON sign_in_events (created_at)"],
      rows: (moment) => `SELECT i, ${oneGrowing(moment, "event.user", "i", "at", users.base, users.perDay)},
          ${moment.pick(["ok", "ok", "ok", "ok", "wrong_password", "wrong_code"], "event.outcome", "i")}, at
        FROM ${streamRows(moment, "event", 240, 45)} AS slot`,
    },
  ],
  extras: [],
  accidents: {
    wrong_prices: [
      `UPDATE users SET status = 'suspended' WHERE created_at <= $at AND id % 2 = 0 AND status = 'active'`,
    ],
    dropped_rows: [`DELETE FROM memberships WHERE created_at <= $at AND group_id <= 4`],
  },
};
