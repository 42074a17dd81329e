import type { SqlDatabaseInstance } from "@cdktf/provider-google/lib/sql-database-instance";
import { SqlUser } from "@cdktf/provider-google/lib/sql-user";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Project } from "../project/project";
import type { GeneratedSecret } from "../secrets/secret";
import { Ephemeral } from "../terraform/ephemeral";

export interface DatabasePassword {
  readonly source: GeneratedSecret;
  /** Whether the generation before may still log in, until whoever uses it has moved. */
  readonly keepsPrevious: boolean;
}

export interface CloudSqlUsersProps {
  readonly project: Project;
  readonly instance: SqlDatabaseInstance;
  /** Names are this with the generation of their password. */
  readonly name: string;
  /** The role that they act as, and that owns what they make. */
  readonly role: string;
  readonly password: DatabasePassword;
  /** What makes the role. */
  readonly roleExists: readonly ITerraformDependable[];
  /** Whether the instance stays; no default: an environment decides. */
  readonly deletionProtection: boolean;
}

/**
 * The users that log in: each generation of the password has one of two, so that a new password never shuts out who
 * still has the old one. They own nothing, for they act as a role that does: so PostgreSQL drops the old one.
 */
export class CloudSqlUsers extends Construct {
  /** The one whose password is the current one. */
  readonly current: SqlUser;
  /** Its name. */
  readonly name: string;

  constructor(scope: Construct, id: string, props: CloudSqlUsersProps) {
    super(scope, id);
    const { source, keepsPrevious } = props.password;
    const nameOf = (generation: number) => `${props.name}_${generation}`;
    const userOf = (generation: number, password: string) => {
      const user = new SqlUser(this, String(generation), {
        project: props.project.id,
        name: nameOf(generation),
        instance: props.instance.name,
        passwordWo: password,
        passwordWoVersion: generation,
        // When the instance goes, it takes its users with it; until then what was taken away must not log in any more.
        deletionPolicy: props.deletionProtection ? "DELETE" : "ABANDON",
        // What logged in with the old one moves to the new one first.
        lifecycle: { createBeforeDestroy: true },
        dependsOn: [...props.roleExists],
      });
      user.addOverride("database_roles", [props.role]); // newer than the bindings
      return user;
    };
    this.current = userOf(source.generation, source.value);
    this.name = nameOf(source.generation);
    // Its password is there already and is not sent again; where the user must be made anew, nobody knows its password.
    if (keepsPrevious && source.generation > 1)
      userOf(
        source.generation - 1,
        new Ephemeral(this, "unknown", "random_password", { length: 40, special: false }).attribute("result"),
      );
  }
}
