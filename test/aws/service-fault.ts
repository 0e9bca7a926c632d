/** What a service of AWS answers when it refuses a call. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault';
  readonly type: string;
  readonly status: number;

  constructor(type: string, status: number, message: string) {
    super(message);
    this.type = type;
    this.status = status;
  }
}
