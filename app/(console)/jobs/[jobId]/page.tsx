import type { Metadata } from "next";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { type Fact, Facts } from "@/components/ui/facts";
import { LinkButton } from "@/components/ui/link-button";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { TextLink } from "@/components/ui/text-link";
import { show } from "@/lib/access/show";
import { bytesText } from "@/lib/core/words";
import { getJob } from "@/lib/jobs/data";
import { stateWords } from "@/lib/jobs/rules";
import type { JobDetail } from "@/lib/jobs/view";
import { jobLook } from "../_components/job-look";

export const metadata: Metadata = { title: "Job" };

/** One job of a provider: what it was to do, what became of it, and what it left. */
export default async function JobPage({ params }: PageProps<"/jobs/[jobId]">) {
  const { jobId } = await params;
  const job = await show((actor) => getJob(actor, { jobId }));
  return (
    <>
      <PageHeader
        kind={jobLook[job.state]}
        crumbs={[{ label: "Jobs", href: "/jobs" }, { label: `${job.kind} job` }]}
        title={
          <>
            The {job.kind} of <NameText text={job.resource?.name ?? job.resourceRef} length={60} />:{" "}
            {stateWords[job.state]}
          </>
        }
        sub={
          <>
            Begun <Moment at={job.createdAt} /> in <NameText text={job.connection.name} length={40} />, {job.region}
          </>
        }
        actions={
          job.resource ? (
            <LinkButton href={`/jobs?resource=${job.resource.id}`}>All jobs of this resource</LinkButton>
          ) : null
        }
      />
      {job.message ? (
        <Banner kind={jobLook[job.state]} title={`The provider says ${job.rawStatus}`}>
          <NameText text={job.message} />
        </Banner>
      ) : null}
      <Card title="What is known" padded>
        <Facts facts={[...work(job), ...names(job)]} />
      </Card>
    </>
  );
}

const moment = (at: string | null) => (at ? <Moment at={at} precision="second" /> : "not told");

const work = (job: JobDetail): Fact[] => [
  { term: "State", detail: `${stateWords[job.state]} (the provider's word: ${job.rawStatus})` },
  ...(job.percent === null ? [] : [{ term: "Progress", detail: `${job.percent} %` }]),
  { term: "Started", detail: moment(job.startedAt) },
  { term: "Finished", detail: moment(job.finishedAt) },
  { term: "Size", detail: job.sizeBytes === null ? "not told" : bytesText(job.sizeBytes) },
  ...(job.errorCode ? [{ term: "Error", detail: job.errorCode }] : []),
];

const mono = (text: string) => <NameText text={text} className="font-mono text-sm" />;

const names = (job: JobDetail): Fact[] => [
  {
    term: "System",
    detail: job.system ? <TextLink href={`/systems/${job.system.id}`}>{job.system.name}</TextLink> : "belongs to none",
  },
  { term: "Resource", detail: mono(job.resourceRef) },
  ...(job.point
    ? [
        {
          term: "Recovery point",
          detail: job.point.id ? (
            <TextLink href={`/recovery-points/${job.point.id}`}>{mono(job.point.ref)}</TextLink>
          ) : (
            mono(job.point.ref)
          ),
        },
      ]
    : []),
  { term: "Provider's id", detail: mono(job.providerRef) },
  ...(job.parentRef ? [{ term: "Part of", detail: mono(job.parentRef) }] : []),
  { term: "Last read", detail: moment(job.observedAt) },
];
