CREATE EXTENSION IF NOT EXISTS btree_gist;

-- UUIDs that sort by time: PostgreSQL before 18 has no uuidv7().
CREATE FUNCTION uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
      52, 1), 53, 1), 'hex')::uuid
$$;

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "approval_state" AS ENUM ('draft', 'pending', 'approved', 'rejected', 'cancelled', 'expired');

-- CreateEnum
CREATE TYPE "verdict" AS ENUM ('approve', 'reject');

-- CreateEnum
CREATE TYPE "provider_kind" AS ENUM ('aws', 'azure', 'gcp', 'supabase', 'agent');

-- CreateEnum
CREATE TYPE "connection_state" AS ENUM ('active', 'disabled');

-- CreateEnum
CREATE TYPE "region_state" AS ENUM ('waiting', 'ok', 'failed', 'disabled');

-- CreateEnum
CREATE TYPE "sync_kind" AS ENUM ('incremental', 'full', 'restorable');

-- CreateEnum
CREATE TYPE "job_state" AS ENUM ('queued', 'running', 'cancelling', 'succeeded', 'succeeded_with_issues', 'partial', 'failed', 'cancelled', 'expired');

-- CreateEnum
CREATE TYPE "job_kind" AS ENUM ('backup', 'copy', 'restore', 'scan', 'verify');

-- CreateEnum
CREATE TYPE "vault_kind" AS ENUM ('standard', 'air_gapped', 'restore_access');

-- CreateEnum
CREATE TYPE "lock_mode" AS ENUM ('none', 'governance', 'compliance');

-- CreateEnum
CREATE TYPE "point_kind" AS ENUM ('snapshot', 'continuous', 'logical', 'archive');

-- CreateEnum
CREATE TYPE "point_status" AS ENUM ('creating', 'available', 'partial', 'stopped', 'expired', 'deleting', 'unknown');

-- CreateEnum
CREATE TYPE "as_of_quality" AS ENUM ('exact', 'estimated');

-- CreateEnum
CREATE TYPE "storage_class" AS ENUM ('warm', 'cold', 'deleted');

-- CreateEnum
CREATE TYPE "malware_result" AS ENUM ('not_scanned', 'clean', 'infected', 'unknown');

-- CreateEnum
CREATE TYPE "proof_level" AS ENUM ('checksummed', 'readable', 'restored', 'validated', 'drilled');

-- CreateEnum
CREATE TYPE "proof_result" AS ENUM ('passed', 'failed');

-- CreateEnum
CREATE TYPE "run_state" AS ENUM ('pending', 'matched', 'missed', 'excused');

-- CreateEnum
CREATE TYPE "health_state" AS ENUM ('within', 'at_risk', 'breached', 'missed', 'unprotected', 'unknown', 'parked');

-- CreateEnum
CREATE TYPE "finding_severity" AS ENUM ('critical', 'high', 'medium', 'low');

-- CreateEnum
CREATE TYPE "environment" AS ENUM ('production', 'staging', 'development', 'test', 'unknown');

-- CreateEnum
CREATE TYPE "criticality" AS ENUM ('critical', 'high', 'medium', 'low');

-- CreateEnum
CREATE TYPE "lifecycle" AS ENUM ('active', 'parked', 'retired');

-- CreateEnum
CREATE TYPE "membership_source" AS ENUM ('manual', 'rule');

-- CreateEnum
CREATE TYPE "dependency_kind" AS ENUM ('hard', 'soft');

-- CreateEnum
CREATE TYPE "user_status" AS ENUM ('invited', 'active', 'disabled');

-- CreateEnum
CREATE TYPE "role_name" AS ENUM ('viewer', 'operator', 'approver', 'security_approver', 'auditor', 'administrator', 'break_glass');

-- CreateEnum
CREATE TYPE "scope_kind" AS ENUM ('everything', 'team', 'tag');

-- CreateEnum
CREATE TYPE "factor_kind" AS ENUM ('passkey', 'totp');

-- CreateEnum
CREATE TYPE "challenge_kind" AS ENUM ('sign_in', 'enroll', 'step_up');

-- CreateEnum
CREATE TYPE "restore_state" AS ENUM ('waiting', 'dispatching', 'unknown', 'running', 'validating', 'succeeded', 'partial', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "attempt_outcome" AS ENUM ('pending', 'accepted', 'refused', 'unknown');

-- CreateEnum
CREATE TYPE "assertion_outcome" AS ENUM ('passed', 'failed', 'error');

-- CreateEnum
CREATE TYPE "cleanup_state" AS ENUM ('kept', 'due', 'removed', 'failed');

-- CreateTable
CREATE TABLE "approval_policies" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "approval_policies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approval_policy_versions" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "policy_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "levels" JSONB NOT NULL,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "approval_policy_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approval_requests" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "subject_type" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "level" INTEGER NOT NULL,
    "policy_version_id" UUID NOT NULL,
    "requester_id" UUID NOT NULL,
    "state" "approval_state" NOT NULL DEFAULT 'draft',
    "state_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revision" INTEGER NOT NULL DEFAULT 0,
    "params_hash" BYTEA,
    "approvals_needed" INTEGER NOT NULL DEFAULT 0,
    "submitted_at" TIMESTAMPTZ(3),
    "approval_expires_at" TIMESTAMPTZ(3),
    "not_before" TIMESTAMPTZ(3),
    "execute_before" TIMESTAMPTZ(3),
    "break_glass" BOOLEAN NOT NULL DEFAULT false,
    "single_operator" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "approval_requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approval_revisions" (
    "request_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "plan" JSONB NOT NULL,
    "params_hash" BYTEA NOT NULL,
    "fingerprint_words" TEXT[],
    "editor_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "approval_revisions_pkey" PRIMARY KEY ("request_id","revision")
);

-- CreateTable
CREATE TABLE "approval_votes" (
    "request_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "voter_id" UUID NOT NULL,
    "verdict" "verdict" NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "group" TEXT NOT NULL DEFAULT 'approver',
    "params_hash" BYTEA NOT NULL,
    "grant_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "approval_votes_pkey" PRIMARY KEY ("request_id","revision","voter_id")
);

-- CreateTable
CREATE TABLE "approval_events" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "request_id" UUID NOT NULL,
    "from_state" "approval_state",
    "to_state" "approval_state" NOT NULL,
    "revision" INTEGER NOT NULL,
    "actor_id" UUID,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "approval_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "system_freezes" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "reason" TEXT NOT NULL,
    "set_by_id" UUID NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "released_by_id" UUID,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "system_freezes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "id" UUID NOT NULL,
    "ts" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "body" TEXT NOT NULL,
    "leaf" BYTEA NOT NULL,
    "action" TEXT GENERATED ALWAYS AS ((body::jsonb) ->> 'action') STORED,
    "outcome" TEXT GENERATED ALWAYS AS ((body::jsonb) ->> 'outcome') STORED,
    "actor_id" TEXT GENERATED ALWAYS AS ((body::jsonb) #>> '{actor,id}') STORED,
    "target_type" TEXT GENERATED ALWAYS AS ((body::jsonb) #>> '{target,type}') STORED,
    "target_id" TEXT GENERATED ALWAYS AS ((body::jsonb) #>> '{target,id}') STORED,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_pending" (
    "event_id" UUID NOT NULL,

    CONSTRAINT "audit_pending_pkey" PRIMARY KEY ("event_id")
);

-- CreateTable
CREATE TABLE "audit_leaves" (
    "seq" BIGINT NOT NULL,
    "event_id" UUID NOT NULL,
    "leaf" BYTEA NOT NULL,

    CONSTRAINT "audit_leaves_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "audit_checkpoints" (
    "size" BIGINT NOT NULL,
    "root" BYTEA NOT NULL,
    "frontier" BYTEA[],
    "note" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_checkpoints_pkey" PRIMARY KEY ("size")
);

-- CreateTable
CREATE TABLE "audit_anchors" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "checkpoint_size" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "receipt" JSONB NOT NULL DEFAULT '{}',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_anchors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_subjects" (
    "pseudonym" UUID NOT NULL,
    "user_id" UUID,
    "display" TEXT NOT NULL,
    "email" TEXT,
    "hmac_key" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_subjects_pkey" PRIMARY KEY ("pseudonym")
);

-- CreateTable
CREATE TABLE "installation" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "install_id" UUID NOT NULL DEFAULT uuid_v7(),
    "dispatch_mode" TEXT NOT NULL,
    "single_operator" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connections" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "kind" "provider_kind" NOT NULL,
    "name" TEXT NOT NULL,
    "state" "connection_state" NOT NULL DEFAULT 'active',
    "state_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "account" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "sealed_probe" TEXT,
    "capabilities" JSONB NOT NULL DEFAULT '{}',
    "self_check" JSONB,
    "self_checked_at" TIMESTAMPTZ(3),
    "interval_seconds" INTEGER NOT NULL DEFAULT 300,
    "last_success_at" TIMESTAMPTZ(3),
    "last_full_at" TIMESTAMPTZ(3),
    "revision" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "connections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connection_regions" (
    "connection_id" UUID NOT NULL,
    "region" TEXT NOT NULL,
    "state" "region_state" NOT NULL DEFAULT 'waiting',
    "watermark" TIMESTAMPTZ(3),
    "cursor" JSONB,
    "last_attempt_at" TIMESTAMPTZ(3),
    "last_success_at" TIMESTAMPTZ(3),
    "error_code" TEXT,
    "error_message" TEXT,

    CONSTRAINT "connection_regions_pkey" PRIMARY KEY ("connection_id","region")
);

-- CreateTable
CREATE TABLE "sync_runs" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "connection_id" UUID NOT NULL,
    "kind" "sync_kind" NOT NULL,
    "state" "job_state" NOT NULL DEFAULT 'queued',
    "state_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "requested_by_id" UUID,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "counts" JSONB NOT NULL DEFAULT '{}',
    "progress" JSONB NOT NULL DEFAULT '{}',
    "per_region" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sync_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "resources" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "connection_id" UUID NOT NULL,
    "region" TEXT NOT NULL,
    "provider_ref" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "size_bytes" BIGINT,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "raw_status" TEXT NOT NULL DEFAULT '',
    "detail" JSONB NOT NULL DEFAULT '{}',
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "vanished_at" TIMESTAMPTZ(3),

    CONSTRAINT "resources_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vaults" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "connection_id" UUID NOT NULL,
    "region" TEXT NOT NULL,
    "provider_ref" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "vault_kind" NOT NULL,
    "lock_mode" "lock_mode" NOT NULL DEFAULT 'none',
    "lock_final_at" TIMESTAMPTZ(3),
    "min_days" INTEGER,
    "max_days" INTEGER,
    "key_ref" TEXT,
    "point_count" INTEGER NOT NULL DEFAULT 0,
    "raw_status" TEXT NOT NULL DEFAULT '',
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "vanished_at" TIMESTAMPTZ(3),

    CONSTRAINT "vaults_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "recovery_points" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "connection_id" UUID NOT NULL,
    "region" TEXT NOT NULL,
    "provider_ref" TEXT NOT NULL,
    "resource_id" UUID NOT NULL,
    "vault_id" UUID NOT NULL,
    "account" TEXT NOT NULL,
    "kind" "point_kind" NOT NULL,
    "status" "point_status" NOT NULL,
    "raw_status" TEXT NOT NULL,
    "status_message" TEXT,
    "data_as_of" TIMESTAMPTZ(3),
    "as_of_quality" "as_of_quality" NOT NULL DEFAULT 'estimated',
    "started_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "cold_at" TIMESTAMPTZ(3),
    "locked_until" TIMESTAMPTZ(3),
    "size_bytes" BIGINT,
    "storage_class" "storage_class" NOT NULL DEFAULT 'warm',
    "encrypted" BOOLEAN,
    "key_ref" TEXT,
    "parent_ref" TEXT,
    "copy_of_ref" TEXT,
    "malware" "malware_result" NOT NULL DEFAULT 'not_scanned',
    "contradictory" BOOLEAN NOT NULL DEFAULT false,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "vanished_at" TIMESTAMPTZ(3),

    CONSTRAINT "recovery_points_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restore_windows" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "resource_id" UUID NOT NULL,
    "point_id" UUID,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3),
    "latest_at" TIMESTAMPTZ(3) NOT NULL,
    "earliest_at" TIMESTAMPTZ(3),
    "lag_seconds" INTEGER NOT NULL DEFAULT 0,
    "still_polls" INTEGER NOT NULL DEFAULT 0,
    "expires_at" TIMESTAMPTZ(3),
    "observed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "restore_windows_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verifications" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "point_id" UUID NOT NULL,
    "level" "proof_level" NOT NULL,
    "result" "proof_result" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "restore_id" UUID,
    "evidence" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "verifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "legal_holds" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "connection_id" UUID NOT NULL,
    "region" TEXT NOT NULL,
    "provider_ref" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "raw_status" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3),
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "vanished_at" TIMESTAMPTZ(3),

    CONSTRAINT "legal_holds_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "legal_hold_points" (
    "hold_id" UUID NOT NULL,
    "point_id" UUID NOT NULL,

    CONSTRAINT "legal_hold_points_pkey" PRIMARY KEY ("hold_id","point_id")
);

-- CreateTable
CREATE TABLE "jobs" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "connection_id" UUID NOT NULL,
    "region" TEXT NOT NULL,
    "provider_ref" TEXT NOT NULL,
    "kind" "job_kind" NOT NULL,
    "state" "job_state" NOT NULL,
    "raw_status" TEXT NOT NULL,
    "resource_id" UUID,
    "resource_ref" TEXT NOT NULL DEFAULT '',
    "point_ref" TEXT,
    "parent_ref" TEXT,
    "percent" INTEGER,
    "size_bytes" BIGINT,
    "error_code" TEXT,
    "message" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "vanished_at" TIMESTAMPTZ(3),

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policies" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "connection_id" UUID NOT NULL,
    "region" TEXT NOT NULL,
    "provider_ref" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "raw_status" TEXT NOT NULL DEFAULT '',
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "vanished_at" TIMESTAMPTZ(3),

    CONSTRAINT "policies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy_rules" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "policy_id" UUID NOT NULL,
    "provider_ref" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "schedule" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "continuous" BOOLEAN NOT NULL DEFAULT false,
    "start_window_minutes" INTEGER NOT NULL,
    "completion_window_minutes" INTEGER NOT NULL,
    "vault_name" TEXT NOT NULL,
    "lifecycle" JSONB NOT NULL DEFAULT '{}',
    "copies" JSONB NOT NULL DEFAULT '[]',
    "materialized_to" TIMESTAMPTZ(3),
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "valid_to" TIMESTAMPTZ(3),

    CONSTRAINT "policy_rules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy_assignments" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "policy_id" UUID NOT NULL,
    "resource_id" UUID NOT NULL,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "valid_to" TIMESTAMPTZ(3),

    CONSTRAINT "policy_assignments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "expected_runs" (
    "rule_id" UUID NOT NULL,
    "resource_id" UUID NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "start_by" TIMESTAMPTZ(3) NOT NULL,
    "complete_by" TIMESTAMPTZ(3) NOT NULL,
    "state" "run_state" NOT NULL DEFAULT 'pending',
    "state_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "job_id" UUID,

    CONSTRAINT "expected_runs_pkey" PRIMARY KEY ("rule_id","resource_id","due_at")
) PARTITION BY RANGE ("due_at");

-- CreateTable
CREATE TABLE "resource_health" (
    "resource_id" UUID NOT NULL,
    "state" "health_state" NOT NULL,
    "reasons" JSONB NOT NULL DEFAULT '[]',
    "newest_point_id" UUID,
    "newest_as_of" TIMESTAMPTZ(3),
    "age_basis" TEXT NOT NULL DEFAULT 'none',
    "rpo_seconds" INTEGER,
    "missed_runs" INTEGER NOT NULL DEFAULT 0,
    "failed_runs" INTEGER NOT NULL DEFAULT 0,
    "proven_at" TIMESTAMPTZ(3),
    "proof_level" "proof_level",
    "next_change_at" TIMESTAMPTZ(3),
    "evaluated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "resource_health_pkey" PRIMARY KEY ("resource_id")
);

-- CreateTable
CREATE TABLE "system_health" (
    "system_id" UUID NOT NULL,
    "state" "health_state" NOT NULL,
    "reasons" JSONB NOT NULL DEFAULT '[]',
    "worst_resource_id" UUID,
    "newest_as_of" TIMESTAMPTZ(3),
    "rpo_seconds" INTEGER,
    "rto_seconds" INTEGER,
    "proven_at" TIMESTAMPTZ(3),
    "proven_within" BOOLEAN NOT NULL DEFAULT false,
    "rta_seconds" INTEGER,
    "next_change_at" TIMESTAMPTZ(3),
    "evaluated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "system_health_pkey" PRIMARY KEY ("system_id")
);

-- CreateTable
CREATE TABLE "breach_episodes" (
    "system_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "worst_age_seconds" INTEGER,

    CONSTRAINT "breach_episodes_pkey" PRIMARY KEY ("system_id","started_at")
) PARTITION BY RANGE ("started_at");

-- CreateTable
CREATE TABLE "findings" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "kind" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "severity" "finding_severity" NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "since" TIMESTAMPTZ(3) NOT NULL,
    "acknowledged_at" TIMESTAMPTZ(3),
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "findings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fleet_counts" (
    "key" TEXT NOT NULL,
    "value" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "fleet_counts_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "tiers" (
    "id" TEXT NOT NULL,
    "rank" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "tiers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tier_objectives" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "tier_id" TEXT NOT NULL,
    "rpo_seconds" INTEGER NOT NULL,
    "rto_seconds" INTEGER NOT NULL,
    "mtd_seconds" INTEGER NOT NULL,
    "time_in_rpo_target_pct" DECIMAL(7,4) NOT NULL,
    "restore_test_cadence_days" INTEGER NOT NULL,
    "drill_cadence_days" INTEGER NOT NULL,
    "runbook_review_days" INTEGER NOT NULL,
    "verify_days" INTEGER NOT NULL,
    "copy_rule" TEXT NOT NULL,
    "min_retention_days" INTEGER NOT NULL,
    "max_retention_days" INTEGER,
    "offsite_retention_days" INTEGER NOT NULL,
    "min_immutable_days" INTEGER NOT NULL,
    "approvals" INTEGER NOT NULL,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "valid_to" TIMESTAMPTZ(3),

    CONSTRAINT "tier_objectives_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "systems" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "environment" "environment" NOT NULL DEFAULT 'unknown',
    "criticality" "criticality" NOT NULL DEFAULT 'medium',
    "owner_team_id" UUID,
    "owner_user_id" UUID,
    "lifecycle" "lifecycle" NOT NULL DEFAULT 'active',
    "lifecycle_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "in_service_from" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),
    "data_classes" TEXT[],
    "detection_allowance_seconds" INTEGER NOT NULL DEFAULT 0,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "systems_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "system_tiers" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "system_id" UUID NOT NULL,
    "tier_id" TEXT NOT NULL,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "valid_to" TIMESTAMPTZ(3),

    CONSTRAINT "system_tiers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "system_dependencies" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "from_id" UUID NOT NULL,
    "to_id" UUID NOT NULL,
    "kind" "dependency_kind" NOT NULL,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "valid_to" TIMESTAMPTZ(3),

    CONSTRAINT "system_dependencies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "exclusions" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "system_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "valid_to" TIMESTAMPTZ(3),

    CONSTRAINT "exclusions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "system_resources" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "system_id" UUID NOT NULL,
    "resource_id" UUID NOT NULL,
    "required" BOOLEAN NOT NULL DEFAULT true,
    "source" "membership_source" NOT NULL DEFAULT 'manual',
    "rule_id" UUID,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "valid_to" TIMESTAMPTZ(3),

    CONSTRAINT "system_resources_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "assignment_rules" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "system_id" UUID NOT NULL,
    "tag_key" TEXT NOT NULL,
    "tag_value" TEXT NOT NULL,
    "priority" INTEGER NOT NULL DEFAULT 100,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "assignment_rules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "email" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "status" "user_status" NOT NULL DEFAULT 'invited',
    "status_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "auth_epoch" INTEGER NOT NULL DEFAULT 0,
    "password_hash" TEXT,
    "password_changed_at" TIMESTAMPTZ(3),
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "revision" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "identities" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "user_id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "identities_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "token_hash" BYTEA NOT NULL,
    "user_id" UUID NOT NULL,
    "aal" INTEGER NOT NULL,
    "amr" TEXT[],
    "auth_epoch" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "idle_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_reason" TEXT,
    "idp_sid" TEXT,
    "ip_prefix" TEXT,
    "ua_hash" BYTEA,
    "label" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "factors" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "user_id" UUID NOT NULL,
    "kind" "factor_kind" NOT NULL,
    "name" TEXT NOT NULL,
    "credential_id" BYTEA,
    "public_key" BYTEA,
    "counter" BIGINT NOT NULL DEFAULT 0,
    "transports" TEXT[],
    "device_type" TEXT,
    "backed_up" BOOLEAN,
    "aaguid" TEXT,
    "sealed_secret" TEXT,
    "last_step" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "confirmed_at" TIMESTAMPTZ(3),
    "usable_from" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "suspected_clone_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "factors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "recovery_codes" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "user_id" UUID NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "recovery_codes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "auth_challenges" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "user_id" UUID NOT NULL,
    "session_id" UUID,
    "kind" "challenge_kind" NOT NULL,
    "op_hash" BYTEA,
    "challenge" BYTEA NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "auth_challenges_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "step_up_grants" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "user_id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "op" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "subject_revision" INTEGER NOT NULL,
    "params_hash" BYTEA NOT NULL,
    "factor_id" UUID NOT NULL,
    "factor_kind" "factor_kind" NOT NULL,
    "uv" BOOLEAN NOT NULL,
    "evidence" JSONB NOT NULL DEFAULT '{}',
    "issued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "consumed_at" TIMESTAMPTZ(3),
    "consumed_by_event" UUID,

    CONSTRAINT "step_up_grants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "teams" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "teams_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "team_members" (
    "team_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "team_members_pkey" PRIMARY KEY ("team_id","user_id")
);

-- CreateTable
CREATE TABLE "role_grants" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "user_id" UUID NOT NULL,
    "role" "role_name" NOT NULL,
    "scope_kind" "scope_kind" NOT NULL DEFAULT 'everything',
    "scope_team_id" UUID,
    "scope_tag_key" TEXT,
    "scope_tag_value" TEXT,
    "granted_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "role_grants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrollment_codes" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "user_id" UUID NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "enrollment_codes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE UNLOGGED TABLE "rate_limits" (
    "key" TEXT NOT NULL,
    "window_start" TIMESTAMPTZ(3) NOT NULL,
    "hits" INTEGER NOT NULL,

    CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("key","window_start")
);

-- CreateTable
CREATE TABLE "restore_requests" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "handle" TEXT NOT NULL,
    "system_id" UUID NOT NULL,
    "requested_by_id" UUID NOT NULL,
    "approval_id" UUID NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "incident_ref" TEXT,
    "state" "restore_state" NOT NULL DEFAULT 'waiting',
    "state_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "draft" JSONB NOT NULL DEFAULT '{}',
    "draft_revision" INTEGER NOT NULL DEFAULT 1,
    "failure" TEXT,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "rta_seconds" INTEGER,
    "rpa_seconds" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "restore_requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restore_items" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "request_id" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "point_id" UUID NOT NULL,
    "order" JSONB NOT NULL,
    "target_name" TEXT NOT NULL,
    "state" "restore_state" NOT NULL DEFAULT 'waiting',
    "state_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "fence" INTEGER NOT NULL DEFAULT 0,
    "provider_job_ref" TEXT,
    "created_ref" TEXT,
    "percent" INTEGER,
    "message" TEXT,
    "next_poll_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "restore_items_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restore_attempts" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "item_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "token" TEXT NOT NULL,
    "request_digest" BYTEA NOT NULL,
    "lease_owner" TEXT NOT NULL,
    "fence" INTEGER NOT NULL,
    "outcome" "attempt_outcome" NOT NULL DEFAULT 'pending',
    "outcome_at" TIMESTAMPTZ(3),
    "provider_job_ref" TEXT,
    "error_code" TEXT,
    "error_message" TEXT,
    "sent_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "restore_attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "preflights" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "request_id" UUID NOT NULL,
    "verdicts" JSONB NOT NULL,
    "blocked" BOOLEAN NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "preflights_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "assertions" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "system_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "sql" TEXT NOT NULL,
    "comparator" TEXT NOT NULL,
    "expected" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "assertions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "assertion_results" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "request_id" UUID NOT NULL,
    "assertion_id" UUID,
    "name" TEXT NOT NULL,
    "sql" TEXT NOT NULL,
    "comparator" TEXT NOT NULL,
    "expected" TEXT NOT NULL,
    "actual" TEXT,
    "outcome" "assertion_outcome" NOT NULL,
    "message" TEXT,
    "duration_ms" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "assertion_results_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restored_targets" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "request_id" UUID NOT NULL,
    "provider_ref" TEXT NOT NULL,
    "connection_id" UUID NOT NULL,
    "region" TEXT NOT NULL,
    "endpoint" JSONB NOT NULL DEFAULT '{}',
    "cleanup" "cleanup_state" NOT NULL DEFAULT 'kept',
    "cleanup_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "restored_targets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restore_timings" (
    "request_id" UUID NOT NULL,
    "phase" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "restore_timings_pkey" PRIMARY KEY ("request_id","phase")
);

-- CreateIndex
CREATE UNIQUE INDEX "approval_policies_name_key" ON "approval_policies"("name");

-- CreateIndex
CREATE UNIQUE INDEX "approval_policy_versions_policy_id_version_key" ON "approval_policy_versions"("policy_id", "version");

-- CreateIndex
CREATE INDEX "approval_requests_state_approval_expires_at_idx" ON "approval_requests"("state", "approval_expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "approval_requests_subject_type_subject_id_key" ON "approval_requests"("subject_type", "subject_id");

-- CreateIndex
CREATE UNIQUE INDEX "approval_votes_grant_id_key" ON "approval_votes"("grant_id");

-- CreateIndex
CREATE INDEX "approval_events_request_id_at_idx" ON "approval_events"("request_id", "at");

-- CreateIndex
CREATE INDEX "audit_events_ts_id_idx" ON "audit_events"("ts" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "audit_events_target_id_ts_idx" ON "audit_events"("target_id", "ts" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "audit_leaves_event_id_key" ON "audit_leaves"("event_id");

-- CreateIndex
CREATE UNIQUE INDEX "connections_name_key" ON "connections"("name");

-- CreateIndex
CREATE INDEX "sync_runs_connection_id_created_at_idx" ON "sync_runs"("connection_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "resources_provider_ref_idx" ON "resources"("provider_ref");

-- CreateIndex
CREATE UNIQUE INDEX "resources_connection_id_region_provider_ref_key" ON "resources"("connection_id", "region", "provider_ref");

-- CreateIndex
CREATE UNIQUE INDEX "vaults_connection_id_region_provider_ref_key" ON "vaults"("connection_id", "region", "provider_ref");

-- CreateIndex
CREATE INDEX "recovery_points_resource_id_data_as_of_idx" ON "recovery_points"("resource_id", "data_as_of" DESC);

-- CreateIndex
CREATE INDEX "recovery_points_vault_id_idx" ON "recovery_points"("vault_id");

-- CreateIndex
CREATE UNIQUE INDEX "recovery_points_connection_id_region_provider_ref_key" ON "recovery_points"("connection_id", "region", "provider_ref");

-- CreateIndex
CREATE INDEX "restore_windows_resource_id_to_at_idx" ON "restore_windows"("resource_id", "to_at");

-- CreateIndex
CREATE INDEX "verifications_point_id_at_idx" ON "verifications"("point_id", "at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "legal_holds_connection_id_region_provider_ref_key" ON "legal_holds"("connection_id", "region", "provider_ref");

-- CreateIndex
CREATE INDEX "jobs_resource_id_created_at_idx" ON "jobs"("resource_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "jobs_created_at_idx" ON "jobs"("created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "jobs_connection_id_region_provider_ref_key" ON "jobs"("connection_id", "region", "provider_ref");

-- CreateIndex
CREATE UNIQUE INDEX "policies_connection_id_region_provider_ref_key" ON "policies"("connection_id", "region", "provider_ref");

-- CreateIndex
CREATE INDEX "policy_rules_policy_id_valid_from_idx" ON "policy_rules"("policy_id", "valid_from");

-- CreateIndex
CREATE INDEX "policy_assignments_policy_id_idx" ON "policy_assignments"("policy_id");

-- CreateIndex
CREATE INDEX "policy_assignments_resource_id_idx" ON "policy_assignments"("resource_id");

-- CreateIndex
CREATE INDEX "expected_runs_resource_id_due_at_idx" ON "expected_runs"("resource_id", "due_at" DESC);

-- CreateIndex
CREATE INDEX "expected_runs_state_complete_by_idx" ON "expected_runs"("state", "complete_by");

-- CreateIndex
CREATE INDEX "resource_health_next_change_at_idx" ON "resource_health"("next_change_at");

-- CreateIndex
CREATE INDEX "system_health_next_change_at_idx" ON "system_health"("next_change_at");

-- CreateIndex
CREATE INDEX "system_health_state_idx" ON "system_health"("state");

-- CreateIndex
CREATE INDEX "findings_subject_type_subject_id_idx" ON "findings"("subject_type", "subject_id");

-- CreateIndex
CREATE UNIQUE INDEX "tiers_rank_key" ON "tiers"("rank");

-- CreateIndex
CREATE INDEX "tier_objectives_tier_id_valid_from_idx" ON "tier_objectives"("tier_id", "valid_from");

-- CreateIndex
CREATE UNIQUE INDEX "systems_slug_key" ON "systems"("slug");

-- CreateIndex
CREATE INDEX "systems_owner_team_id_idx" ON "systems"("owner_team_id");

-- CreateIndex
CREATE INDEX "system_tiers_system_id_valid_from_idx" ON "system_tiers"("system_id", "valid_from");

-- CreateIndex
CREATE INDEX "system_dependencies_from_id_idx" ON "system_dependencies"("from_id");

-- CreateIndex
CREATE INDEX "system_dependencies_to_id_idx" ON "system_dependencies"("to_id");

-- CreateIndex
CREATE INDEX "exclusions_system_id_idx" ON "exclusions"("system_id");

-- CreateIndex
CREATE INDEX "system_resources_system_id_idx" ON "system_resources"("system_id");

-- CreateIndex
CREATE INDEX "system_resources_resource_id_idx" ON "system_resources"("resource_id");

-- CreateIndex
CREATE UNIQUE INDEX "assignment_rules_tag_key_tag_value_key" ON "assignment_rules"("tag_key", "tag_value");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "identities_issuer_subject_key" ON "identities"("issuer", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_token_hash_key" ON "sessions"("token_hash");

-- CreateIndex
CREATE INDEX "sessions_user_id_expires_at_idx" ON "sessions"("user_id", "expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "factors_credential_id_key" ON "factors"("credential_id");

-- CreateIndex
CREATE INDEX "factors_user_id_idx" ON "factors"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "recovery_codes_code_hash_key" ON "recovery_codes"("code_hash");

-- CreateIndex
CREATE INDEX "recovery_codes_user_id_idx" ON "recovery_codes"("user_id");

-- CreateIndex
CREATE INDEX "auth_challenges_user_id_idx" ON "auth_challenges"("user_id");

-- CreateIndex
CREATE INDEX "step_up_grants_user_id_op_subject_id_idx" ON "step_up_grants"("user_id", "op", "subject_id");

-- CreateIndex
CREATE UNIQUE INDEX "teams_name_key" ON "teams"("name");

-- CreateIndex
CREATE INDEX "role_grants_user_id_idx" ON "role_grants"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "enrollment_codes_code_hash_key" ON "enrollment_codes"("code_hash");

-- CreateIndex
CREATE INDEX "enrollment_codes_user_id_idx" ON "enrollment_codes"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "restore_requests_handle_key" ON "restore_requests"("handle");

-- CreateIndex
CREATE UNIQUE INDEX "restore_requests_approval_id_key" ON "restore_requests"("approval_id");

-- CreateIndex
CREATE INDEX "restore_requests_system_id_created_at_idx" ON "restore_requests"("system_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "restore_requests_state_idx" ON "restore_requests"("state");

-- CreateIndex
CREATE INDEX "restore_items_state_next_poll_at_idx" ON "restore_items"("state", "next_poll_at");

-- CreateIndex
CREATE UNIQUE INDEX "restore_items_request_id_ordinal_key" ON "restore_items"("request_id", "ordinal");

-- CreateIndex
CREATE UNIQUE INDEX "restore_attempts_item_id_attempt_key" ON "restore_attempts"("item_id", "attempt");

-- CreateIndex
CREATE INDEX "preflights_request_id_at_idx" ON "preflights"("request_id", "at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "assertions_system_id_name_key" ON "assertions"("system_id", "name");

-- CreateIndex
CREATE INDEX "assertion_results_request_id_idx" ON "assertion_results"("request_id");

-- CreateIndex
CREATE UNIQUE INDEX "restored_targets_request_id_provider_ref_key" ON "restored_targets"("request_id", "provider_ref");

-- AddForeignKey
ALTER TABLE "approval_policy_versions" ADD CONSTRAINT "approval_policy_versions_policy_id_fkey" FOREIGN KEY ("policy_id") REFERENCES "approval_policies"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval_requests" ADD CONSTRAINT "approval_requests_policy_version_id_fkey" FOREIGN KEY ("policy_version_id") REFERENCES "approval_policy_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval_requests" ADD CONSTRAINT "approval_requests_requester_id_fkey" FOREIGN KEY ("requester_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval_revisions" ADD CONSTRAINT "approval_revisions_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "approval_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval_votes" ADD CONSTRAINT "approval_votes_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "approval_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval_votes" ADD CONSTRAINT "approval_votes_voter_id_fkey" FOREIGN KEY ("voter_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval_votes" ADD CONSTRAINT "approval_votes_grant_id_fkey" FOREIGN KEY ("grant_id") REFERENCES "step_up_grants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval_events" ADD CONSTRAINT "approval_events_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "approval_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_pending" ADD CONSTRAINT "audit_pending_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "audit_events"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_leaves" ADD CONSTRAINT "audit_leaves_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "audit_events"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_anchors" ADD CONSTRAINT "audit_anchors_checkpoint_size_fkey" FOREIGN KEY ("checkpoint_size") REFERENCES "audit_checkpoints"("size") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection_regions" ADD CONSTRAINT "connection_regions_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync_runs" ADD CONSTRAINT "sync_runs_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "resources" ADD CONSTRAINT "resources_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vaults" ADD CONSTRAINT "vaults_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_points" ADD CONSTRAINT "recovery_points_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_points" ADD CONSTRAINT "recovery_points_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_points" ADD CONSTRAINT "recovery_points_vault_id_fkey" FOREIGN KEY ("vault_id") REFERENCES "vaults"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restore_windows" ADD CONSTRAINT "restore_windows_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restore_windows" ADD CONSTRAINT "restore_windows_point_id_fkey" FOREIGN KEY ("point_id") REFERENCES "recovery_points"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "verifications" ADD CONSTRAINT "verifications_point_id_fkey" FOREIGN KEY ("point_id") REFERENCES "recovery_points"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "legal_hold_points" ADD CONSTRAINT "legal_hold_points_hold_id_fkey" FOREIGN KEY ("hold_id") REFERENCES "legal_holds"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "legal_hold_points" ADD CONSTRAINT "legal_hold_points_point_id_fkey" FOREIGN KEY ("point_id") REFERENCES "recovery_points"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policies" ADD CONSTRAINT "policies_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policy_rules" ADD CONSTRAINT "policy_rules_policy_id_fkey" FOREIGN KEY ("policy_id") REFERENCES "policies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policy_assignments" ADD CONSTRAINT "policy_assignments_policy_id_fkey" FOREIGN KEY ("policy_id") REFERENCES "policies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policy_assignments" ADD CONSTRAINT "policy_assignments_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "expected_runs" ADD CONSTRAINT "expected_runs_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "policy_rules"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "expected_runs" ADD CONSTRAINT "expected_runs_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "resource_health" ADD CONSTRAINT "resource_health_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "system_health" ADD CONSTRAINT "system_health_system_id_fkey" FOREIGN KEY ("system_id") REFERENCES "systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "breach_episodes" ADD CONSTRAINT "breach_episodes_system_id_fkey" FOREIGN KEY ("system_id") REFERENCES "systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tier_objectives" ADD CONSTRAINT "tier_objectives_tier_id_fkey" FOREIGN KEY ("tier_id") REFERENCES "tiers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "systems" ADD CONSTRAINT "systems_owner_team_id_fkey" FOREIGN KEY ("owner_team_id") REFERENCES "teams"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "systems" ADD CONSTRAINT "systems_owner_user_id_fkey" FOREIGN KEY ("owner_user_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "system_tiers" ADD CONSTRAINT "system_tiers_system_id_fkey" FOREIGN KEY ("system_id") REFERENCES "systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "system_tiers" ADD CONSTRAINT "system_tiers_tier_id_fkey" FOREIGN KEY ("tier_id") REFERENCES "tiers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "system_dependencies" ADD CONSTRAINT "system_dependencies_from_id_fkey" FOREIGN KEY ("from_id") REFERENCES "systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "system_dependencies" ADD CONSTRAINT "system_dependencies_to_id_fkey" FOREIGN KEY ("to_id") REFERENCES "systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exclusions" ADD CONSTRAINT "exclusions_system_id_fkey" FOREIGN KEY ("system_id") REFERENCES "systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "system_resources" ADD CONSTRAINT "system_resources_system_id_fkey" FOREIGN KEY ("system_id") REFERENCES "systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "system_resources" ADD CONSTRAINT "system_resources_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "system_resources" ADD CONSTRAINT "system_resources_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "assignment_rules"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "assignment_rules" ADD CONSTRAINT "assignment_rules_system_id_fkey" FOREIGN KEY ("system_id") REFERENCES "systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "identities" ADD CONSTRAINT "identities_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "factors" ADD CONSTRAINT "factors_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "auth_challenges" ADD CONSTRAINT "auth_challenges_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step_up_grants" ADD CONSTRAINT "step_up_grants_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step_up_grants" ADD CONSTRAINT "step_up_grants_factor_id_fkey" FOREIGN KEY ("factor_id") REFERENCES "factors"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "team_members" ADD CONSTRAINT "team_members_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "team_members" ADD CONSTRAINT "team_members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_grants" ADD CONSTRAINT "role_grants_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_grants" ADD CONSTRAINT "role_grants_scope_team_id_fkey" FOREIGN KEY ("scope_team_id") REFERENCES "teams"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment_codes" ADD CONSTRAINT "enrollment_codes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restore_requests" ADD CONSTRAINT "restore_requests_system_id_fkey" FOREIGN KEY ("system_id") REFERENCES "systems"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restore_requests" ADD CONSTRAINT "restore_requests_requested_by_id_fkey" FOREIGN KEY ("requested_by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restore_requests" ADD CONSTRAINT "restore_requests_approval_id_fkey" FOREIGN KEY ("approval_id") REFERENCES "approval_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restore_items" ADD CONSTRAINT "restore_items_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "restore_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restore_items" ADD CONSTRAINT "restore_items_point_id_fkey" FOREIGN KEY ("point_id") REFERENCES "recovery_points"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restore_attempts" ADD CONSTRAINT "restore_attempts_item_id_fkey" FOREIGN KEY ("item_id") REFERENCES "restore_items"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "preflights" ADD CONSTRAINT "preflights_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "restore_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "assertions" ADD CONSTRAINT "assertions_system_id_fkey" FOREIGN KEY ("system_id") REFERENCES "systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "assertion_results" ADD CONSTRAINT "assertion_results_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "restore_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "assertion_results" ADD CONSTRAINT "assertion_results_assertion_id_fkey" FOREIGN KEY ("assertion_id") REFERENCES "assertions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restored_targets" ADD CONSTRAINT "restored_targets_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "restore_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "restore_timings" ADD CONSTRAINT "restore_timings_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "restore_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- CreateTable
CREATE TABLE "backup_requests" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "resource_id" UUID NOT NULL,
    "requested_by_id" UUID NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "vault_name" TEXT NOT NULL,
    "delete_after_days" INTEGER,
    "token" TEXT NOT NULL,
    "state" "job_state" NOT NULL DEFAULT 'queued',
    "state_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "outcome" "attempt_outcome" NOT NULL DEFAULT 'pending',
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "fence" INTEGER NOT NULL DEFAULT 0,
    "sent_at" TIMESTAMPTZ(3),
    "provider_job_ref" TEXT,
    "message" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "backup_requests_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "backup_requests_token_key" ON "backup_requests"("token");
CREATE INDEX "backup_requests_resource_id_created_at_idx" ON "backup_requests"("resource_id", "created_at" DESC);
ALTER TABLE "backup_requests" ADD CONSTRAINT "backup_requests_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "backup_requests" ADD CONSTRAINT "backup_requests_requested_by_id_fkey" FOREIGN KEY ("requested_by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- ---------------------------------------------------------------------------------------------------------------
-- What Prisma's schema language cannot say.

-- Text from outside has a length.
ALTER TABLE "systems" ADD CONSTRAINT "systems_name_length" CHECK (char_length("name") BETWEEN 1 AND 120);
ALTER TABLE "systems" ADD CONSTRAINT "systems_slug_form" CHECK ("slug" ~ '^[a-z0-9][a-z0-9-]{0,79}$');
ALTER TABLE "systems" ADD CONSTRAINT "systems_description_length" CHECK (char_length("description") <= 2000);
ALTER TABLE "users" ADD CONSTRAINT "users_email_form" CHECK ("email" = lower("email") AND char_length("email") BETWEEN 3 AND 254);
ALTER TABLE "users" ADD CONSTRAINT "users_name_length" CHECK (char_length("display_name") BETWEEN 1 AND 120);
ALTER TABLE "connections" ADD CONSTRAINT "connections_name_length" CHECK (char_length("name") BETWEEN 1 AND 120);
ALTER TABLE "restore_requests" ADD CONSTRAINT "restore_requests_reason_length" CHECK (char_length("reason") <= 2000);
ALTER TABLE "factors" ADD CONSTRAINT "factors_have_their_secret" CHECK (
  ("kind" = 'passkey' AND "credential_id" IS NOT NULL AND "public_key" IS NOT NULL) OR ("kind" = 'totp' AND "sealed_secret" IS NOT NULL));
ALTER TABLE "role_grants" ADD CONSTRAINT "role_grants_scope" CHECK (
  ("scope_kind" = 'everything' AND "scope_team_id" IS NULL AND "scope_tag_key" IS NULL)
  OR ("scope_kind" = 'team' AND "scope_team_id" IS NOT NULL AND "scope_tag_key" IS NULL)
  OR ("scope_kind" = 'tag' AND "scope_team_id" IS NULL AND "scope_tag_key" IS NOT NULL AND "scope_tag_value" IS NOT NULL));
CREATE UNIQUE INDEX "role_grants_once" ON "role_grants" ("user_id", "role", "scope_kind",
  coalesce("scope_team_id"::text, ''), coalesce("scope_tag_key", ''), coalesce("scope_tag_value", '')) WHERE "revoked_at" IS NULL;
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_leaf_length" CHECK (octet_length("leaf") = 32);
ALTER TABLE "installation" ADD CONSTRAINT "installation_one_row" CHECK ("id");

-- Effective-dated rows do not overlap.
CREATE UNIQUE INDEX "tier_objectives_open" ON "tier_objectives" ("tier_id") WHERE "valid_to" IS NULL;
CREATE UNIQUE INDEX "system_tiers_open" ON "system_tiers" ("system_id") WHERE "valid_to" IS NULL;
CREATE UNIQUE INDEX "system_resources_open" ON "system_resources" ("resource_id") WHERE "valid_to" IS NULL;
CREATE UNIQUE INDEX "policy_rules_open" ON "policy_rules" ("policy_id", "provider_ref") WHERE "valid_to" IS NULL;
CREATE UNIQUE INDEX "policy_assignments_open" ON "policy_assignments" ("policy_id", "resource_id") WHERE "valid_to" IS NULL;
CREATE UNIQUE INDEX "restore_windows_open" ON "restore_windows" ("resource_id") WHERE "to_at" IS NULL;
CREATE UNIQUE INDEX "findings_open" ON "findings" ("kind", "subject_type", "subject_id") WHERE "resolved_at" IS NULL;
CREATE UNIQUE INDEX "sync_runs_one_live" ON "sync_runs" ("connection_id", "kind") WHERE "state" IN ('queued', 'running');
CREATE UNIQUE INDEX "system_freezes_open" ON "system_freezes" ((true)) WHERE "released_at" IS NULL;
CREATE INDEX "recovery_points_newest" ON "recovery_points" ((coalesce("data_as_of", 'epoch'::timestamptz)) DESC, "id" DESC);
CREATE INDEX "jobs_open" ON "jobs" ("created_at" DESC, "id" DESC) WHERE "state" IN ('queued', 'running', 'cancelling');
CREATE INDEX "jobs_troubled" ON "jobs" ("created_at" DESC, "id" DESC) WHERE "state" IN ('failed', 'partial', 'expired', 'cancelled');
CREATE INDEX "verifications_failed" ON "verifications" ("point_id") WHERE "result" = 'failed';
CREATE INDEX "resources_tags" ON "resources" USING gin ("tags" jsonb_path_ops);

ALTER TABLE "tier_objectives" ADD CONSTRAINT "tier_objectives_no_overlap" EXCLUDE USING gist ("tier_id" WITH =, tstzrange("valid_from", "valid_to") WITH &&);
ALTER TABLE "system_tiers" ADD CONSTRAINT "system_tiers_no_overlap" EXCLUDE USING gist ("system_id" WITH =, tstzrange("valid_from", "valid_to") WITH &&);
ALTER TABLE "system_resources" ADD CONSTRAINT "system_resources_no_overlap" EXCLUDE USING gist ("resource_id" WITH =, tstzrange("valid_from", "valid_to") WITH &&);

-- Months of dated tables are made ahead.
CREATE FUNCTION make_partitions(from_month date, to_month date) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE month date := date_trunc('month', from_month); made integer := 0; parent text; part text;
BEGIN
  WHILE month <= to_month LOOP
    FOREACH parent IN ARRAY ARRAY['expected_runs', 'breach_episodes'] LOOP
      part := format('%s_%s', parent, to_char(month, 'YYYYMM'));
      IF to_regclass(part) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent,
          to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
        made := made + 1;
      END IF;
    END LOOP;
    month := (month + interval '1 month')::date;
  END LOOP;
  RETURN made;
END $$;
SELECT make_partitions((now() - interval '13 months')::date, (now() + interval '3 months')::date);

-- Whether a recovery point counts: the twin of isUsable in lib/recovery-points/rules.ts.
CREATE FUNCTION point_is_usable(status point_status, completed_at timestamptz, expires_at timestamptz, vanished_at timestamptz,
  storage storage_class, malware malware_result, contradictory boolean, failed_proof boolean, at_moment timestamptz)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT status = 'available' AND completed_at IS NOT NULL AND completed_at <= at_moment
    AND (expires_at IS NULL OR at_moment < expires_at) AND vanished_at IS NULL AND storage <> 'deleted'
    AND malware <> 'infected' AND NOT contradictory AND NOT failed_proof
$$;

-- Appended rows stay as they were written.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', tg_table_name USING errcode = '42501'; END $$;
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['audit_events', 'audit_leaves', 'audit_checkpoints', 'audit_anchors', 'approval_votes',
    'approval_revisions', 'approval_events', 'approval_policy_versions', 'verifications', 'assertion_results'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', t || '_append_only', t);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_no_truncate', t);
  END LOOP;
END $$;

-- The claim: the one way into dispatching. The worker may always call it; web only when this database was migrated
-- for dispatch by web (decisions 10).
CREATE FUNCTION claim_restore_item(item uuid, owner_name text, lease_seconds integer)
RETURNS TABLE (id uuid, request_id uuid, attempt integer, fence integer, state restore_state)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY
  UPDATE restore_items i SET
    state = CASE WHEN i.state = 'waiting' THEN 'dispatching'::restore_state ELSE i.state END,
    state_at = CASE WHEN i.state = 'waiting' THEN now() ELSE i.state_at END,
    lease_owner = owner_name, lease_until = now() + make_interval(secs => lease_seconds), fence = i.fence + 1
  FROM restore_requests r JOIN approval_requests a ON a.id = r.approval_id
  WHERE i.id = item AND r.id = i.request_id
    AND (i.lease_until IS NULL OR i.lease_until < now())
    AND NOT EXISTS (SELECT 1 FROM system_freezes f WHERE f.released_at IS NULL)
    AND a.state = 'approved'
    AND (SELECT count(DISTINCT v.voter_id) FROM approval_votes v
         WHERE v.request_id = a.id AND v.revision = a.revision AND v.params_hash = a.params_hash
           AND v.verdict = 'approve' AND v.voter_id <> a.requester_id) >= a.approvals_needed
    AND (
      (i.state = 'waiting' AND r.state IN ('dispatching', 'unknown')
        AND (a.not_before IS NULL OR a.not_before <= now()) AND (a.execute_before IS NULL OR now() < a.execute_before))
      OR (i.state IN ('dispatching', 'unknown') AND r.state IN ('dispatching', 'unknown')))
  RETURNING i.id, i.request_id, i.attempt, i.fence, i.state;
END $$;
REVOKE ALL ON FUNCTION claim_restore_item(uuid, text, integer) FROM PUBLIC;

-- Four roles, named after this database so that databases side by side do not collide (decisions 14).
DO $$
DECLARE kind text; name text; t text;
BEGIN
  -- Logins of other databases on this server have no business here.
  EXECUTE format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
  FOREACH kind IN ARRAY ARRAY['app', 'worker', 'sealer'] LOOP
    name := format('holdfast_%s_%s', kind, current_database());
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN EXECUTE format('CREATE ROLE %I NOLOGIN', name); END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), name);
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', name);
  END LOOP;

  FOREACH kind IN ARRAY ARRAY['app', 'worker'] LOOP
    name := format('holdfast_%s_%s', kind, current_database());
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA public TO %I', name);
    FOREACH t IN ARRAY ARRAY['users', 'identities', 'sessions', 'factors', 'recovery_codes', 'auth_challenges', 'step_up_grants',
      'teams', 'team_members', 'role_grants', 'enrollment_codes', 'rate_limits', 'tiers', 'tier_objectives', 'systems', 'system_tiers',
      'system_dependencies', 'exclusions', 'system_resources', 'assignment_rules', 'connections', 'connection_regions', 'sync_runs',
      'resource_health', 'system_health', 'breach_episodes', 'findings', 'fleet_counts', 'approval_policies', 'approval_requests',
      'system_freezes', 'restore_requests', 'restore_attempts', 'backup_requests', 'assertions', 'restored_targets', 'restore_timings'] LOOP
      EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I TO %I', t, name);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['approval_policy_versions', 'approval_revisions', 'approval_votes', 'approval_events', 'preflights',
      'audit_events', 'audit_pending', 'audit_subjects'] LOOP
      EXECUTE format('GRANT INSERT ON %I TO %I', t, name);
    END LOOP;
    -- A restore item enters dispatching only by the claim above.
    EXECUTE format('GRANT INSERT (id, request_id, ordinal, point_id, "order", target_name), DELETE ON restore_items TO %I', name);
  END LOOP;

  name := format('holdfast_worker_%s', current_database());
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), name);
  EXECUTE format('GRANT UPDATE (state, state_at, attempt, lease_owner, lease_until, provider_job_ref, created_ref, percent, message, next_poll_at, finished_at) ON restore_items TO %I', name);
  FOREACH t IN ARRAY ARRAY['resources', 'vaults', 'recovery_points', 'restore_windows', 'jobs', 'policies', 'policy_rules',
    'policy_assignments', 'expected_runs', 'legal_holds', 'legal_hold_points'] LOOP
    EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I TO %I', t, name);
  END LOOP;
  EXECUTE format('GRANT INSERT ON verifications, assertion_results TO %I', name);
  EXECUTE format('GRANT EXECUTE ON FUNCTION claim_restore_item(uuid, text, integer) TO %I', name);
  EXECUTE format('GRANT EXECUTE ON FUNCTION make_partitions(date, date) TO %I', name);

  name := format('holdfast_sealer_%s', current_database());
  EXECUTE format('GRANT SELECT ON audit_events, audit_pending, audit_leaves, audit_checkpoints, audit_anchors TO %I', name);
  EXECUTE format('GRANT DELETE ON audit_pending TO %I', name);
  EXECUTE format('GRANT INSERT ON audit_leaves, audit_checkpoints, audit_anchors TO %I', name);
END $$;
