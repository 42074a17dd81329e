import { DataGoogleProject } from "@cdktf/provider-google/lib/data-google-project";
import { ProjectService } from "@cdktf/provider-google/lib/project-service";
import { Construct } from "constructs";
import type { Api } from "../../facts/apis";

export interface ProjectProps {
  /** The project's ID. */
  readonly id: string;
  /** APIs to enable. They stay enabled when Terraform destroys the stack, because something else can use them. */
  readonly apis: readonly Api[];
}

/** A project's APIs and its number. Resources that need an API depend on {@link Project.api}, and not on all APIs. */
export class Project extends Construct {
  readonly id: string;
  /** The project's number, which Terraform reads. */
  readonly number: string;
  private readonly services: ReadonlyMap<Api, ProjectService>;

  constructor(scope: Construct, id: string, props: ProjectProps) {
    super(scope, id);
    this.id = props.id;
    this.number = new DataGoogleProject(this, "number", { projectId: props.id }).number;
    this.services = new Map(
      props.apis.map((api) => [
        api,
        new ProjectService(this, api, { project: props.id, service: `${api}.googleapis.com`, disableOnDestroy: false }),
      ]),
    );
  }

  /**
   * Returns the resource that enables an API.
   * @throws if `apis` does not include the API
   */
  api(name: Api): ProjectService {
    const service = this.services.get(name);
    if (!service) throw new Error(`the project does not enable ${name}`);
    return service;
  }
}
