/** Set by the browser while a page reads itself again because something moved: nobody is there for that. */
export const pollingCookie = "holdfast-polling";
/** How long it may stay where the page is left before it has read itself again. */
export const pollingSeconds = 5;
