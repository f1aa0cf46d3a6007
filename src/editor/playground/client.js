/** The page's side of the worker. */

/**
 * @typedef {{
 *   method: string, text?: string, resource?: string | null, target?: string, rows?: string,
 *   offset?: number, end?: number
 * }} PaneRequest
 */

/** What a user must correct, in words. */
export class ProblemError extends Error {}

export class PythonClient {
  /** @type {Map<number, {resolve: (result: any) => void, reject: (error: Error) => void}>} */
  #pending = new Map();
  #next = 0;

  /**
   * @param {URL} script
   * @param {{onStage: (stage: string) => void, onReady: () => void, onFailure: (reason: string) => void}} handlers
   */
  constructor(script, { onStage, onReady, onFailure }) {
    this.worker = new Worker(script, { type: "module" });
    this.worker.addEventListener("error", ({ message }) => onFailure(message || "it did not start"));
    this.worker.addEventListener("message", ({ data }) => {
      if (data.stage) onStage(data.stage);
      else if (data.ready) onReady();
      else if (data.failed) onFailure(data.failed);
      else this.#settle(data);
    });
  }

  /** @param {{id: number, result: any, problem?: string, error?: string}} message */
  #settle({ id, result, problem, error }) {
    const request = this.#pending.get(id);
    this.#pending.delete(id);
    if (problem !== undefined) request?.reject(new ProblemError(problem));
    else if (error !== undefined) request?.reject(new Error(error));
    else request?.resolve(result);
  }

  /** @param {PaneRequest} request @returns {Promise<any>} */
  request(request) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.worker.postMessage({ id, request });
    });
  }
}
