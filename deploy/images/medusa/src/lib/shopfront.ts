// The shop's HTTP interface as a customer's browser uses it, but through the Service inside the namespace.
import http from "node:http"
import { Failure, setting } from "./program"

const TIMEOUT_MILLISECONDS = 20_000

export interface Answer {
  status: number
  body: string
}

export class Shopfront {
  private readonly service = new URL(setting("STORE_SERVICE"))
  private readonly address = new URL(setting("STORE_URL"))
  private readonly agent = new http.Agent({ keepAlive: true })

  /** One request with the host and scheme that a browser would have asked for. */
  request(method: string, path: string, body?: unknown): Promise<Answer> {
    const payload = body === undefined ? undefined : JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const request = http.request(
        new URL(path, this.service),
        {
          method,
          agent: this.agent,
          timeout: TIMEOUT_MILLISECONDS,
          headers: {
            host: this.address.host,
            "x-forwarded-proto": this.address.protocol.replace(":", ""),
            "x-publishable-api-key": setting("PUBLISHABLE_KEY"),
            ...(payload !== undefined && {
              "content-type": "application/json",
              "content-length": Buffer.byteLength(payload),
            }),
          },
        },
        (response) => {
          let text = ""
          response.setEncoding("utf8")
          response.on("data", (part: string) => (text += part))
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }))
          response.on("error", reject)
        },
      )
      request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MILLISECONDS / 1000} s`)))
      request.on("error", reject)
      request.end(payload)
    })
  }

  /** The JSON of a successful call of the store API; anything else fails with what the shop said. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.request(method, path, body)
    if (answer.status < 200 || answer.status > 299) {
      throw new Failure(`The shop answered ${answer.status} to ${method} ${path}: ${messageIn(answer.body)}`)
    }
    return JSON.parse(answer.body) as T
  }

  close(): void {
    this.agent.destroy()
  }
}

function messageIn(body: string): string {
  try {
    return String((JSON.parse(body) as { message?: unknown }).message ?? body)
  } catch {
    return body.slice(0, 200) || "nothing"
  }
}
