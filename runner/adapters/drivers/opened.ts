import type { Driver } from '../driver.ts';

/** Opens a driver; one that cannot be opened is closed again. */
export async function opened(driver: Driver & { open(): Promise<void> }): Promise<Driver> {
  try {
    await driver.open();
    return driver;
  } catch (error) {
    await driver.close();
    throw error;
  }
}
