import {
  ageSteps,
  type Content,
  growingRows,
  oneGrowing,
  schemaMigrations,
  streamRows,
} from "@/sandbox/aws/databases/content";
import {
  cities,
  countries,
  currencies,
  familyNames,
  givenNames,
  goods,
  goodsSizes,
} from "@/sandbox/aws/databases/words";

const customers = { base: 2200, perDay: 0.6 };
const products = { base: 420, perDay: 0.05 };
const orderStepSeconds = 420;
const windowDays = 75;
const revisionSeconds = 30 * 86_400;

/** An order book: customers, products whose prices are revised, orders that move from received to delivered. */
export const ordersContent: Content = {
  kind: "orders",
  tables: [
    schemaMigrations,
    {
      name: "customers",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "name text NOT NULL",
        "email text NOT NULL",
        "city text NOT NULL",
        "country text NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [],
      indexes: ["CREATE INDEX customers_email ON customers (email)"],
      rows: (moment) => `SELECT i, given || ' ' || family,
          translate(lower(given || '.' || replace(family, ' ', '')), 'üöäøåıßÖØ', 'uoaoaisOO') || i || '@kunden.example',
          ${moment.pick(cities, "customer.city", "i")}, ${moment.pick(countries, "customer.country", "i")}, at
        FROM (SELECT i, at, ${moment.pick(givenNames, "customer.given", "i")} AS given,
          ${moment.pick(familyNames, "customer.family", "i")} AS family
          FROM ${growingRows(moment, "customer", customers.base, customers.perDay)} AS grown) AS person`,
    },
    {
      name: "products",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "sku text NOT NULL",
        "title text NOT NULL",
        "price_cents integer NOT NULL",
        "currency text NOT NULL",
        "active boolean NOT NULL",
        "created_at timestamptz NOT NULL",
        "updated_at timestamptz NOT NULL",
      ],
      parents: [],
      indexes: ["CREATE INDEX products_sku ON products (sku)"],
      rows: (moment) => {
        const shift = `${moment.hash("product.shift", "i")} % ${revisionSeconds}`;
        const revision = `floor((extract(epoch FROM ${moment.at}) + ${shift}) / ${revisionSeconds})::bigint`;
        return `SELECT i, 'NH-' || lpad(i::text, 5, '0'),
          ${moment.pick(goods, "product.goods", "i")} || ', ' || ${moment.pick(goodsSizes, "product.size", "i")},
          ${priceAt(moment, "i", moment.at)}, 'EUR', ${moment.hash("product.active", "i")} % 25 <> 0, at,
          greatest(at, to_timestamp(${revision} * ${revisionSeconds} - ${shift}))
          FROM ${growingRows(moment, "product", products.base, products.perDay)} AS grown`;
      },
    },
    {
      name: "order_items",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "order_id bigint NOT NULL",
        "product_id bigint NOT NULL",
        "quantity integer NOT NULL",
        "unit_price_cents integer NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [
        { column: "order_id", table: "orders", key: "id" },
        { column: "product_id", table: "products", key: "id" },
      ],
      indexes: ["CREATE INDEX order_items_order ON order_items (order_id)"],
      rows: (moment) => `SELECT id, i, product, ${moment.between(1, 6, "item.quantity", "id")},
          ${priceAt(moment, "product", "at")}, at
        FROM (SELECT i, at, id, ${oneGrowing(moment, "item.product", "id", "at", products.base, products.perDay)} AS product
          FROM (SELECT i, at, i * 4 + line AS id FROM ${streamRows(moment, "order", orderStepSeconds, windowDays)} AS slot,
            generate_series(0, ${moment.hash("order.lines", "i")} % 4) AS line) AS line) AS item`,
    },
    {
      name: "orders",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "customer_id bigint NOT NULL",
        "number text NOT NULL",
        "status text NOT NULL",
        "currency text NOT NULL",
        "total_cents bigint NOT NULL",
        "created_at timestamptz NOT NULL",
        "updated_at timestamptz NOT NULL",
      ],
      parents: [{ column: "customer_id", table: "customers", key: "id" }],
      indexes: [
        "CREATE INDEX orders_customer ON orders (customer_id)",
        "CREATE INDEX orders_created_at ON orders (created_at)",
      ],
      rows: (moment) => {
        const jitter = `${moment.hash("order.pace", "i")} % 5400`;
        const settled = `CASE WHEN ${moment.hash("order.fate", "i")} % 40 = 0`;
        const step = ageSteps(moment, "at", [
          ["received", "0"],
          ["packed", `5400 + ${jitter}`],
          ["shipped", `61200 + ${jitter} * 2`],
          ["delivered", `216000 + ${jitter} * 8`],
        ]);
        return `SELECT i, ${oneGrowing(moment, "order.customer", "i", "at", customers.base, customers.perDay)},
          'B' || lpad((i % 100000000)::text, 8, '0'),
          ${settled} AND ${step.status} = 'shipped' THEN 'returned' ELSE ${step.status} END,
          ${moment.pick(currencies, "order.currency", "i")}, total, at, ${step.since}
          FROM ${streamRows(moment, "order", orderStepSeconds, windowDays)} AS slot
          JOIN (SELECT order_id, sum(quantity * unit_price_cents)::bigint AS total FROM order_items GROUP BY order_id) AS sums
            ON sums.order_id = slot.i`;
      },
    },
  ],
  extras: [],
  accidents: {
    wrong_prices: [
      `UPDATE products SET price_cents = greatest(1, price_cents / 100), updated_at = $at
       WHERE created_at <= $at AND id % 3 <> 0`,
      `UPDATE orders SET total_cents = greatest(1, total_cents / 100), updated_at = $at
       WHERE created_at <= $at AND created_at > $at - interval '2 days' AND status IN ('received', 'packed')`,
    ],
    dropped_rows: [
      `DELETE FROM orders WHERE created_at <= $at AND created_at > $at - interval '21 days' AND id % 2 = 0`,
    ],
  },
};

/** A price is revised every thirty days, each product on its own day, by up to a tenth either way. */
function priceAt(moment: { hash(stream: string, key: string): string }, product: string, at: string): string {
  const shift = `${moment.hash("product.shift", product)} % ${revisionSeconds}`;
  const revision = `floor((extract(epoch FROM ${at}) + ${shift}) / ${revisionSeconds})::bigint`;
  const base = `(250 + ${moment.hash("product.price", product)} % 14750)`;
  return `(${base} * (90 + ${moment.hash("product.revision", `(${product} * 100003 + ${revision})`)} % 21) / 100)::int`;
}
