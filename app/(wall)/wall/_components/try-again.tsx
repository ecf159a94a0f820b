"use client";
import { useEffect } from "react";
import { seconds } from "@/lib/core/time";

/** Loads the page anew after half a minute: nobody stands at a wall to press a button. */
export function TryAgain() {
  useEffect(() => {
    const timer = window.setTimeout(() => window.location.reload(), seconds(30));
    return () => window.clearTimeout(timer);
  }, []);
  return <p>It tries again by itself every half minute.</p>;
}
