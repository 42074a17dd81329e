import type { Datastore } from "../datastore/datastore";

/** What services need to connect to a PostgreSQL database. */
export interface SqlDatastore extends Datastore {
  readonly user: string;
  /** The database's name. */
  readonly database: string;
  /** The role that the user acts as. By default, the user acts as itself. */
  readonly role?: string;
}
