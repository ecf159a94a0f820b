"use client";
import { Notice } from "./_components/notice";
import { TryAgain } from "./_components/try-again";

/** The wall could not be read: it says so instead of showing what may be so no more, and goes on trying. */
export default function WallError() {
  return (
    <Notice title="The wall could not be read.">
      <TryAgain />
    </Notice>
  );
}
