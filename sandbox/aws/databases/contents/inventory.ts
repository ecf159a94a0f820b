import { type Content, growingRows, oneGrowing, schemaMigrations, streamRows } from "@/sandbox/aws/databases/content";
import { cities, goods, goodsSizes } from "@/sandbox/aws/databases/words";

const articles = { base: 900, perDay: 0.1 };
const warehouses = { base: 14, perDay: 0.001 };

/** Stock: warehouses, articles with a unit cost, movements and the levels they add up to. */
export const inventoryContent: Content = {
  kind: "inventory",
  tables: [
    schemaMigrations,
    {
      name: "warehouses",
      key: "id",
      numbered: true,
      columns: ["id bigint NOT NULL", "code text NOT NULL", "city text NOT NULL", "created_at timestamptz NOT NULL"],
      parents: [],
      indexes: [],
      rows: (moment) => `SELECT i, 'W' || lpad(i::text, 3, '0'), ${moment.pick(cities, "warehouse.city", "i")}, at
        FROM ${growingRows(moment, "warehouse", warehouses.base, warehouses.perDay)} AS grown`,
    },
    {
      name: "articles",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "title text NOT NULL",
        "unit_cost_cents integer NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [],
      indexes: [],
      rows: (moment) => `SELECT i,
          ${moment.pick(goods, "article.goods", "i")} || ', ' || ${moment.pick(goodsSizes, "article.size", "i")},
          ${moment.between(90, 9_900, "article.cost", "i")}, at
        FROM ${growingRows(moment, "article", articles.base, articles.perDay)} AS grown`,
    },
    {
      name: "stock_movements",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "warehouse_id bigint NOT NULL",
        "article_id bigint NOT NULL",
        "quantity integer NOT NULL",
        "reason text NOT NULL",
        "created_at timestamptz NOT NULL",
      ],
      parents: [
        { column: "warehouse_id", table: "warehouses", key: "id" },
        { column: "article_id", table: "articles", key: "id" },
      ],
      indexes: [
        "CREATE INDEX stock_movements_article ON stock_movements (article_id)",
        "CREATE INDEX stock_movements_created_at ON stock_movements (created_at)",
      ],
      rows: (moment) => `SELECT i,
          ${oneGrowing(moment, "movement.warehouse", "i", "at", warehouses.base, warehouses.perDay)},
          ${oneGrowing(moment, "movement.article", "i", "at", articles.base, articles.perDay)},
          CASE WHEN ${moment.hash("movement.reason", "i")} % 4 = 0 THEN 60 ELSE -1 END
            * ${moment.between(1, 12, "movement.quantity", "i")},
          CASE WHEN ${moment.hash("movement.reason", "i")} % 4 = 0 THEN 'goods received' ELSE 'picked' END, at
        FROM ${streamRows(moment, "movement", 240, 60)} AS slot`,
    },
    {
      name: "stock_levels",
      key: "id",
      numbered: true,
      columns: [
        "id bigint NOT NULL",
        "warehouse_id bigint NOT NULL",
        "article_id bigint NOT NULL",
        "quantity bigint NOT NULL",
        "created_at timestamptz NOT NULL",
        "updated_at timestamptz NOT NULL",
      ],
      parents: [
        { column: "warehouse_id", table: "warehouses", key: "id" },
        { column: "article_id", table: "articles", key: "id" },
      ],
      indexes: ["CREATE INDEX stock_levels_place ON stock_levels (warehouse_id, article_id)"],
      rows: () => `SELECT warehouse_id * 10000000 + article_id, warehouse_id, article_id, 500 + sum(quantity)::bigint,
        min(created_at), max(created_at) FROM stock_movements GROUP BY warehouse_id, article_id`,
    },
  ],
  extras: [],
  accidents: {
    wrong_prices: [
      `UPDATE articles SET unit_cost_cents = unit_cost_cents * 100 WHERE created_at <= $at AND id % 2 = 0`,
    ],
    dropped_rows: [`DELETE FROM stock_levels WHERE created_at <= $at AND warehouse_id <= 4`],
  },
};
