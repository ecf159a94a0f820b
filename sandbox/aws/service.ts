import type { Caller } from "@/sandbox/aws/access";
import type { Place } from "@/sandbox/aws/engine/engine";
import type { CloudError } from "@/sandbox/aws/wire/errors";
import type { PageTokens } from "@/sandbox/aws/wire/page-tokens";

export type ServiceRequest = {
  method: string;
  /** Still percent-encoded. */
  rawPath: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: string;
};

export type ServiceAnswer = { status: number; headers: Record<string, string>; body: string };

export type ServiceCall = { place: Place; caller: Caller; pageTokens: PageTokens; request: ServiceRequest };

/** One AWS service: how its requests name an operation, and how it answers and refuses. */
export type Service = {
  /** A global service answers in every region name, also in one that is switched off. */
  isGlobal: boolean;
  operationOf(request: ServiceRequest): string;
  answer(call: ServiceCall): ServiceAnswer;
  answerError(error: CloudError): ServiceAnswer;
};
