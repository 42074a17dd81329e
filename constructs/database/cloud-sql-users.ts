import type { SqlDatabaseInstance } from "@cdktf/provider-google/lib/sql-database-instance";
import { SqlUser } from "@cdktf/provider-google/lib/sql-user";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Project } from "../project/project";
import type { SecretSource } from "../secrets/secret";
import { Ephemeral } from "../terraform/ephemeral";

export interface DatabasePassword {
  readonly source: SecretSource;
  /** Whether the user of the previous generation can still log in. Keep it until all services use the new password. */
  readonly keepsPrevious: boolean;
}

export interface CloudSqlUsersProps {
  readonly project: Project;
  readonly instance: SqlDatabaseInstance;
  /** First part of the users' names. The generation of the password follows. */
  readonly name: string;
  /** The role that the users act as, and that owns the objects that they create. */
  readonly role: string;
  readonly password: DatabasePassword;
  /** The resources that create the role. */
  readonly roleExists: readonly ITerraformDependable[];
  /** Whether Terraform deletes a user that is removed. If false, the users stay until the instance is deleted. */
  readonly deletionProtection: boolean;
}

/**
 * The users that services log in as: one for each generation of the password. A rotation creates a new user, so that
 * services with the old password keep working. The users act as a role that owns all objects, so PostgreSQL can drop an
 * old user.
 */
export class CloudSqlUsers extends Construct {
  /** The user with the current password. */
  readonly current: SqlUser;
  /** The current user's name. */
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
        // A removed user must no longer be able to log in. When the instance is destroyed, its users need no deletion.
        deletionPolicy: props.deletionProtection ? "DELETE" : "ABANDON",
        // Services move to the new user before the old one is deleted.
        lifecycle: { createBeforeDestroy: true },
        dependsOn: [...props.roleExists],
      });
      user.addOverride("database_roles", [props.role]); // the bindings do not have it
      return user;
    };
    this.current = userOf(source.generation, source.value);
    this.name = nameOf(source.generation);
    // The previous user already has its password, and Terraform does not send it again. If Terraform must create the
    // user, the user gets a password that nobody knows.
    if (keepsPrevious && source.generation > 1)
      userOf(
        source.generation - 1,
        new Ephemeral(this, "unknown", "random_password", { length: 40, special: false }).attribute("result"),
      );
  }
}
