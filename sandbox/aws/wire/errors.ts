type ErrorKind = { status: number; type: "client" | "server" };

const kinds: Record<string, ErrorKind> = {
  AccessDeniedException: { status: 403, type: "client" },
  UnrecognizedClientException: { status: 403, type: "client" },
  ExpiredTokenException: { status: 403, type: "client" },
  MissingAuthenticationTokenException: { status: 403, type: "client" },
  IncompleteSignature: { status: 403, type: "client" },
  UnknownOperationException: { status: 404, type: "client" },
  DependencyFailureException: { status: 500, type: "server" },
  ServiceUnavailableException: { status: 500, type: "server" },
  InternalFailure: { status: 500, type: "server" },
  AccessDenied: { status: 403, type: "client" },
  AuthFailure: { status: 401, type: "client" },
  ExpiredToken: { status: 403, type: "client" },
  InvalidClientTokenId: { status: 403, type: "client" },
  InvalidAccessKeyId: { status: 403, type: "client" },
  RequestExpired: { status: 400, type: "client" },
  DBInstanceNotFound: { status: 404, type: "client" },
  DBClusterNotFoundFault: { status: 404, type: "client" },
  FileSystemNotFound: { status: 404, type: "client" },
};

/** An error answer of the cloud: its name decides the status; every name not listed is the caller's fault, 400. */
export class CloudError extends Error {
  readonly status: number;
  readonly type: "client" | "server";

  constructor(
    override readonly name: string,
    message: string,
    readonly extra: Record<string, string> = {},
  ) {
    super(message);
    const kind = kinds[name] ?? { status: 400, type: "client" as const };
    this.status = kind.status;
    this.type = kind.type;
  }
}

/** A value that the service cannot accept. */
export function invalidValue(message: string): CloudError {
  return new CloudError("InvalidParameterValueException", message);
}

/** A required value is absent. */
export function missingValue(message: string): CloudError {
  return new CloudError("MissingParameterValueException", message);
}

/** The combination or the state does not allow the request. */
export function invalidRequest(message: string): CloudError {
  return new CloudError("InvalidRequestException", message);
}

/** The named thing does not exist. */
export function notFound(message: string): CloudError {
  return new CloudError("ResourceNotFoundException", message);
}

/** No permission, and also AWS's answer to an unknown vault name. */
export function accessDenied(message = "Insufficient privileges to perform this action."): CloudError {
  return new CloudError("AccessDeniedException", message);
}
