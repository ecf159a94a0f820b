import type { Comparator } from "@/lib/restores/rules";

type SeedAssertion = { name: string; sql: string; comparator: Comparator; expected: string };

const orders: SeedAssertion[] = [
  {
    name: "No price lies below two euros",
    sql: "select count(*) from products where price_cents < 200",
    comparator: "=",
    expected: "0",
  },
  {
    name: "Every order's total is the sum of its items",
    sql: "select count(*) from orders join (select order_id, sum(quantity * unit_price_cents) as items from order_items group by order_id) as summed on summed.order_id = orders.id where orders.total_cents <> summed.items",
    comparator: "=",
    expected: "0",
  },
  { name: "The customers are there", sql: "select count(*) from customers", comparator: ">=", expected: "2000" },
  {
    name: "The schema has its history",
    sql: "select count(*) from schema_migrations",
    comparator: ">=",
    expected: "30",
  },
];

const ledger: SeedAssertion[] = [
  {
    name: "Every transfer balances to zero",
    sql: "select count(*) from (select transfer_id from entries group by transfer_id having sum(amount_cents) <> 0) as unbalanced",
    comparator: "=",
    expected: "0",
  },
  { name: "The accounts are there", sql: "select count(*) from accounts", comparator: ">", expected: "0" },
];

const crm: SeedAssertion[] = [
  { name: "The companies are there", sql: "select count(*) from companies", comparator: ">", expected: "0" },
  {
    name: "No contact lost its company",
    sql: "select count(*) from contacts left join companies on companies.id = contacts.company_id where companies.id is null",
    comparator: "=",
    expected: "0",
  },
];

const identity: SeedAssertion[] = [
  {
    name: "Most people are active",
    sql: "select round(100.0 * count(*) filter (where status = 'active') / greatest(count(*), 1)) from users",
    comparator: ">=",
    expected: "60",
  },
  {
    name: "Everybody belongs to a group",
    sql: "select count(distinct user_id) from memberships",
    comparator: ">",
    expected: "0",
  },
];

const inventory: SeedAssertion[] = [
  {
    name: "Every warehouse has stock",
    sql: "select count(distinct warehouse_id) from stock_levels",
    comparator: ">",
    expected: "4",
  },
];

const tickets: SeedAssertion[] = [
  {
    name: "No message lost its ticket",
    sql: "select count(*) from ticket_messages left join tickets on tickets.id = ticket_messages.ticket_id where tickets.id is null",
    comparator: "=",
    expected: "0",
  },
  { name: "The tickets are there", sql: "select count(*) from tickets", comparator: ">", expected: "0" },
];

/** What must hold in a restored database, by the kind of content the estate gave it. */
export const assertionsByContent: Readonly<Record<string, readonly SeedAssertion[]>> = {
  orders,
  ledger,
  crm,
  identity,
  inventory,
  tickets,
};
