/** The listings: name and title; the build defines them. */
declare const LISTINGS: [name: string, title: string][];
