import { DataGoogleProject } from "@cdktf/provider-google/lib/data-google-project";
import { ProjectService } from "@cdktf/provider-google/lib/project-service";
import { Construct } from "constructs";
import type { Api } from "../../facts/apis";

export interface ProjectProps {
  /** Project id. */
  readonly id: string;
  /** APIs to enable. They stay enabled when the stack is destroyed: something else may use them. */
  readonly apis: readonly Api[];
}

/** The project's APIs and its number. What needs an API depends on {@link Project.api}, not on all of them. */
export class Project extends Construct {
  readonly id: string;
  /** Project number, read; nobody types it. */
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
   * The resource that enables an API.
   * @throws when the project was not told to enable it
   */
  api(name: Api): ProjectService {
    const service = this.services.get(name);
    if (!service) throw new Error(`the project does not enable ${name}`);
    return service;
  }
}
