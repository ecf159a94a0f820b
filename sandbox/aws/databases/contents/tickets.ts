import {
  ageSteps,
  type Content,
  growingRows,
  oneGrowing,
  schemaMigrations,
  streamRows,
} from "@/sandbox/aws/databases/content";
import { familyNames, givenNames } from "@/sandbox/aws/databases/words";

const agents = { base: 45, perDay: 0.01 };

/** A service desk: agents, tickets with a price for the work, and their messages. */
export const ticketsContent: Content = {
  kind: "tickets",
  tables: [
    schemaMigrations,
    {
      name: "agents",
      key: "id",
      numbered: true,
      columns: ["id bigint NOT NULL", "name text NOT NULL", "team text NOT NULL", "created_at timestamptz NOT NULL"],
      parents: [],
      indexes: [],
      rows: (moment) => `SELECT i,
          ${moment.pick(givenNames, "agent.given", "i")} || ' ' || ${moment.pick(familyNames, "agent.family", "i")},
          ${moment.pick(["service", "returns", "freight", "billing"], "agent.team", "i")}, at
        FROM ${growingRows(moment, "agent", agents.base, agents.perDay)} AS grown`,
    },
    {
      name: "tickets",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "agent_id bigint NOT NULL",
        "subject text NOT NULL",
        "priority text NOT NULL",
        "state text NOT NULL",
        "charge_cents integer NOT NULL",
        "created_at timestamptz NOT NULL",
        "updated_at timestamptz NOT NULL",
      ],
      parents: [{ column: "agent_id", table: "agents", key: "id" }],
      indexes: ["CREATE INDEX tickets_agent ON tickets (agent_id)"],
      rows: (moment) => {
        const pace = `${moment.hash("ticket.pace", "i")} % 36000`;
        const step = ageSteps(moment, "at", [
          ["new", "0"],
          ["open", `900 + ${pace} / 10`],
          ["waiting", `14400 + ${pace}`],
          ["solved", `86400 + ${pace} * 3`],
        ]);
        return `SELECT i, ${oneGrowing(moment, "ticket.agent", "i", "at", agents.base, agents.perDay)},
          ${moment.pick(
            ["Parcel damaged", "Wrong article", "Invoice missing", "Delivery late", "Customs papers", "Address change"],
            "ticket.subject",
            "i",
          )}, ${moment.pick(["low", "normal", "normal", "high"], "ticket.priority", "i")}, ${step.status},
          ${moment.between(0, 12_000, "ticket.charge", "i")}, at, ${step.since}
          FROM ${streamRows(moment, "ticket", 900, 90)} AS slot`;
      },
    },
    {
      name: "ticket_messages",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "ticket_id bigint NOT NULL",
        "author text NOT NULL",
        "body text NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [{ column: "ticket_id", table: "tickets", key: "id" }],
      indexes: ["CREATE INDEX ticket_messages_ticket ON ticket_messages (ticket_id)"],
      rows: (moment) => {
        const said = `at + (line * (1800 + ${moment.hash("message.gap", "(i * 5 + line)")} % 20000)) * interval '1 second'`;
        return `SELECT * FROM (SELECT i * 5 + line, i, CASE line % 2 WHEN 0 THEN 'customer' ELSE 'agent' END,
          ${moment.pick(
            [
              "Could you look into this?",
              "We are on it.",
              "Thank you, solved.",
              "Please send a photo.",
              "It has left the depot.",
            ],
            "message.body",
            "(i * 5 + line)",
          )}, ${said} AS said
          FROM ${streamRows(moment, "ticket", 900, 90)} AS slot,
            generate_series(0, ${moment.hash("ticket.lines", "i")} % 5) AS line) AS message WHERE said <= ${moment.at}`;
      },
    },
  ],
  extras: [],
  accidents: {
    wrong_prices: [`UPDATE tickets SET charge_cents = charge_cents * 100, updated_at = $at WHERE created_at <= $at`],
    dropped_rows: [
      `DELETE FROM tickets WHERE created_at <= $at AND created_at > $at - interval '30 days' AND id % 2 = 0`,
    ],
  },
};
