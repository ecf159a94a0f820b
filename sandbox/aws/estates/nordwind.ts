import { connectionTo, type EstateConnection, type EstateCredentials } from "@/sandbox/aws/estates/accounts";
import type { ResourceSpec } from "@/sandbox/aws/estates/resources";
import type { ResourceType } from "@/sandbox/aws/world";

/** Nordwind Handel: trade and logistics, Hamburg. Its three AWS accounts, its systems, and what they run on. */
export const productionId = "441100220033";
export const stagingId = "552200330044";
export const sharedId = "663300440055";

export const homeRegion = "eu-central-1";
export const secondRegion = "eu-west-1";
export const americaRegion = "us-east-1";
const regions = [homeRegion, secondRegion, americaRegion];

/** What Holdfast is given to reach the estate, one connection an account. */
export const smallEstateConnections: readonly EstateConnection[] = [
  connectionTo("Nordwind Production", productionId, regions, "holdfast-nordwind-production-7d41"),
  connectionTo("Nordwind Staging", stagingId, regions, "holdfast-nordwind-staging-2c90"),
  connectionTo("Nordwind Shared & Backup", sharedId, regions, "holdfast-nordwind-shared-e5b8"),
];

/** The user that may assume the roles of the connections. */
export const smallEstateCredentials: EstateCredentials = {
  accountId: sharedId,
  accessKeyId: "AKIANORDWINDSANDBOX1",
  secretAccessKey: "sandbox/secret/that/opens/nothing/outside",
  reader: { accessKeyId: "AKIANORDWINDSANDBOX2", secretAccessKey: "sandbox/secret/that/only/looks/at/it/all" },
};

/** A system of the company, as its tags name it. */
export type EstateSystem = {
  slug: string;
  name: string;
  environment: "production" | "staging" | "shared";
  team: string;
  tier: 1 | 2 | 3;
  /** The slugs of the systems it cannot run without. */
  needs: string[];
};

const system = (
  slug: string,
  name: string,
  tier: EstateSystem["tier"],
  team: string,
  needs: string[] = [],
  environment: EstateSystem["environment"] = "production",
): EstateSystem => ({ slug, name, environment, team, tier, needs });

/** Every system that a tag of the estate names. */
export const smallEstateSystems: readonly EstateSystem[] = [
  system("orders", "Orders", 1, "commerce", ["identity", "payments", "pricing"]),
  system("payments", "Payments", 1, "finance", ["identity", "ledger"]),
  system("ledger", "General ledger", 1, "finance", ["identity"]),
  system("identity", "Identity", 1, "platform"),
  system("crm", "Customer relations", 2, "sales", ["identity"]),
  system("customer-uploads", "Customer uploads", 2, "commerce", ["identity"]),
  system("search-index", "Product search", 2, "commerce"),
  system("warehouse", "Warehouse", 2, "logistics", ["identity", "orders"]),
  system("invoices", "Invoices", 2, "finance", ["orders", "ledger"]),
  system("edi-gateway", "EDI gateway", 2, "logistics", ["orders", "warehouse"]),
  system("notifications", "Notifications", 2, "platform", ["identity"]),
  system("shop-frontend", "Shop front end", 3, "commerce", ["orders", "search-index"]),
  system("freight-tracking", "Freight tracking", 3, "logistics", ["warehouse"]),
  system("pricing", "Pricing", 3, "commerce"),
  system("support-desk", "Support desk", 3, "service", ["crm", "identity"]),
  system("reporting", "Reporting", 3, "finance", ["ledger", "orders"]),
  system("wiki", "Wiki", 3, "platform"),
  system("intranet-files", "Intranet files", 3, "platform"),
  system("legacy-hr", "Legacy HR", 3, "people"),
  system("catalogue-graph", "Catalogue graph", 3, "commerce", ["pricing"]),
  system("platform-eks", "Container platform", 3, "platform", ["identity"]),
  system("orders-staging", "Orders (staging)", 3, "commerce", [], "staging"),
  system("crm-staging", "Customer relations (staging)", 3, "sales", [], "staging"),
  system("shop-staging", "Shop (staging)", 3, "commerce", [], "staging"),
  system("build", "Build and release", 3, "platform", [], "shared"),
  system("monitoring", "Monitoring", 3, "platform", [], "shared"),
];

/** A resource of the company, with its place and the way it is backed up ("none": nobody thought of it). */
export type Belonging = {
  accountId: string;
  region: string;
  backup: "continuous" | "half-hourly" | "hourly" | "three-hourly" | "legacy" | "none";
  spec: Omit<ResourceSpec, "tags"> & { tags?: Record<string, string> };
  /** Null: nobody tagged it. */
  system: string | null;
};

type Options = { engine?: string; database?: string; age?: number; tags?: Record<string, string> };

function inPlace(accountId: string, region: string) {
  return (
    owner: string | null,
    type: ResourceType,
    name: string,
    sizeGib: number,
    backup: Belonging["backup"],
    { age = 640, engine, database, tags }: Options = {},
  ): Belonging => ({
    accountId,
    region,
    backup,
    system: owner,
    spec: {
      type,
      name,
      sizeGib,
      ageDays: age,
      ...(engine ? { engine } : {}),
      ...(database ? { database } : {}),
      ...(tags ? { tags } : {}),
    },
  });
}

const home = inPlace(productionId, homeRegion);
const west = inPlace(productionId, secondRegion);
const america = inPlace(productionId, americaRegion);
const staging = inPlace(stagingId, homeRegion);
const stagingWest = inPlace(stagingId, secondRegion);
const stagingAmerica = inPlace(stagingId, americaRegion);
const shared = inPlace(sharedId, homeRegion);
const sharedWest = inPlace(sharedId, secondRegion);
const sharedAmerica = inPlace(sharedId, americaRegion);

const postgres = (database: string): Options => ({ engine: "postgres", database });
const aurora = (database: string): Options => ({ engine: "aurora-postgresql", database });

/** Everything the company has in AWS. */
export const belongings: readonly Belonging[] = [
  home("orders", "Aurora", "orders-aurora", 186, "continuous", aurora("orders")),
  home("payments", "RDS", "payments-db", 94, "continuous", postgres("ledger")),
  home("ledger", "RDS", "ledger-db", 212, "continuous", postgres("ledger")),
  home("identity", "RDS", "identity-db", 38, "continuous", postgres("identity")),
  home("crm", "RDS", "crm-db", 71, "continuous", postgres("crm")),
  home("support-desk", "S3", "nordwind-service-recordings", 310, "three-hourly"),
  home("customer-uploads", "S3", "nordwind-customer-uploads", 1240, "half-hourly"),
  home("customer-uploads", "DynamoDB", "customer-uploads-index", 9, "half-hourly"),
  home("search-index", "EBS", "search-index-data-1", 140, "half-hourly"),
  home("shop-frontend", "EBS", "shop-frontend-media", 142, "three-hourly"),
  home("warehouse", "Aurora", "warehouse-aurora", 128, "continuous", aurora("inventory")),
  home("warehouse", "DynamoDB", "warehouse-scans", 26, "half-hourly"),
  home("invoices", "RDS", "invoices-db", 160, "continuous", { engine: "mysql" }),
  home("reporting", "S3", "nordwind-invoices-archive", 820, "three-hourly"),
  home("edi-gateway", "EFS", "edi-gateway-spool", 34, "half-hourly"),
  home("edi-gateway", "RDS", "edi-gateway-db", 58, "continuous", { engine: "sqlserver-se" }),
  home("notifications", "DynamoDB", "notifications-outbox", 7, "half-hourly"),
  home("notifications", "RDS", "notifications-db", 16, "continuous", { engine: "mysql" }),

  home("shop-frontend", "EC2", "shop-frontend-1", 30, "three-hourly"),
  home("shop-frontend", "EC2", "shop-frontend-2", 30, "three-hourly"),
  home("shop-frontend", "EC2", "shop-frontend-3", 30, "three-hourly"),
  home("shop-frontend", "DynamoDB", "shop-carts", 5, "three-hourly"),
  home("pricing", "DocumentDB", "pricing-docdb", 44, "three-hourly", { engine: "docdb" }),
  home("pricing", "DynamoDB", "pricing-rules", 2, "three-hourly"),
  home("support-desk", "RDS", "support-db", 22, "three-hourly", postgres("tickets")),
  home("support-desk", "S3", "nordwind-support-attachments", 96, "three-hourly"),
  home("reporting", "Redshift", "reporting-warehouse", 640, "three-hourly"),
  home("reporting", "S3", "nordwind-reporting-exports", 210, "three-hourly"),
  home("reporting", "EC2", "reporting-runner", 60, "three-hourly"),
  home("wiki", "EFS", "wiki-files", 18, "three-hourly"),
  home("wiki", "RDS", "wiki-db", 6, "three-hourly", { engine: "mysql" }),
  home("wiki", "EC2", "wiki-app", 20, "three-hourly"),
  home("intranet-files", "FSx", "intranet-files", 900, "three-hourly"),
  home("intranet-files", "VirtualMachine", "hh-print-server", 80, "three-hourly"),
  home("intranet-files", "VirtualMachine", "hh-directory-2", 60, "three-hourly"),
  home("legacy-hr", "RDS", "legacy-hr-db", 41, "legacy", { engine: "oracle-se2", age: 2900 }),
  home("legacy-hr", "FSx", "legacy-hr-documents", 120, "three-hourly", { age: 2400 }),
  home("catalogue-graph", "Neptune", "catalogue-graph", 52, "none", { engine: "neptune", age: 61 }),
  home("catalogue-graph", "S3", "nordwind-catalogue-import", 14, "three-hourly", { age: 61 }),
  home("platform-eks", "EKS", "platform-eks", 12, "three-hourly"),
  home("platform-eks", "EBS", "platform-eks-registry", 220, "three-hourly"),
  home("platform-eks", "EBS", "platform-eks-queue", 64, "three-hourly"),
  home("platform-eks", "EFS", "platform-eks-shared", 40, "three-hourly"),
  home("platform-eks", "CloudFormation", "platform-network", 0.02, "three-hourly"),
  home(null, "EBS", "tmp-migration-2024", 400, "none", { age: 700 }),
  home(null, "EBS", "old-jenkins-home", 90, "none", { age: 1200 }),
  home(null, "EC2", "bastion-test", 8, "none", { age: 33 }),
  home(null, "S3", "nordwind-upload-scratch", 3, "none", { age: 45 }),
  home(null, "DynamoDB", "feature-flags-experiment", 0.3, "none", { age: 20 }),
  home(null, "S3", "nordwind-shop-logs", 530, "none", {
    tags: { note: "access logs, kept by lifecycle rule" },
  }),

  west("freight-tracking", "Aurora", "freight-aurora", 77, "three-hourly", { engine: "aurora-mysql" }),
  west("freight-tracking", "Timestream", "freight/positions", 33, "three-hourly"),
  west("freight-tracking", "EC2", "freight-collector", 24, "three-hourly"),
  west("freight-tracking", "DynamoDB", "freight-geofences", 1, "three-hourly"),
  west("warehouse", "RDS", "depot-dublin-db", 19, "continuous", { engine: "mysql" }),
  west("warehouse", "EFS", "depot-dublin-labels", 4, "half-hourly"),
  west(null, "EBS", "depot-dublin-spare", 60, "none", { age: 210 }),

  america("shop-frontend", "S3", "nordwind-shop-assets", 48, "three-hourly"),
  america("shop-frontend", "DynamoDB", "shop-edge-config", 0.4, "three-hourly"),
  america("reporting", "S3", "nordwind-us-customs-filings", 27, "three-hourly"),
  america("reporting", "RDS", "us-customs-db", 12, "three-hourly", { engine: "mysql" }),
  america(null, "S3", "nordwind-us-test", 0.1, "none", { age: 90 }),

  staging("orders-staging", "RDS", "orders-staging-db", 24, "hourly", postgres("orders")),
  staging("orders-staging", "S3", "nordwind-orders-staging-files", 12, "three-hourly"),
  staging("crm-staging", "RDS", "crm-staging-db", 11, "three-hourly", postgres("crm")),
  staging("crm-staging", "S3", "nordwind-crm-staging-attachments", 6, "three-hourly"),
  staging("shop-staging", "EC2", "shop-staging-1", 30, "three-hourly"),
  staging("shop-staging", "DynamoDB", "shop-staging-carts", 0.2, "three-hourly"),
  staging("shop-staging", "EBS", "shop-staging-search", 20, "three-hourly"),
  staging("shop-staging", "EFS", "shop-staging-media", 9, "three-hourly"),
  staging(null, "EC2", "load-generator", 16, "none", { age: 12 }),
  staging(null, "RDS", "schema-experiment", 5, "none", { engine: "mysql", age: 9 }),
  stagingWest("shop-staging", "S3", "nordwind-shop-staging-west", 2, "three-hourly"),
  stagingAmerica("shop-staging", "DynamoDB", "shop-staging-edge", 0.1, "three-hourly"),

  shared("build", "EC2", "build-controller", 50, "three-hourly"),
  shared("build", "EBS", "build-cache", 300, "three-hourly"),
  shared("build", "S3", "nordwind-build-artifacts", 460, "three-hourly"),
  shared("monitoring", "EC2", "monitoring-1", 40, "three-hourly"),
  shared("monitoring", "EBS", "monitoring-metrics", 240, "three-hourly"),
  shared("monitoring", "EFS", "monitoring-dashboards", 3, "three-hourly"),
  shared("monitoring", "DynamoDB", "monitoring-oncall", 0.1, "three-hourly"),
  sharedWest("monitoring", "EC2", "monitoring-probe-west", 16, "three-hourly"),
  sharedAmerica("monitoring", "EC2", "monitoring-probe-america", 16, "three-hourly"),
  shared(null, "S3", "nordwind-cloudtrail", 190, "none"),
];
