import { snapshot, snapshotList } from './canonical.ts';
import { ITEMS, snapshots, step } from './step.ts';

async function stepsOfItems(): Promise<void> {
  const collectionName = ITEMS;
  const remove = async (snapshotName: string): Promise<boolean> => {
    await snapshots.delete({ collectionName, snapshotName });
    return true;
  };
  let made = '';
  await step('create snapshot', async () => {
    const { snapshotDescription } = await snapshots.create({ collectionName });
    made = snapshotDescription?.name ?? '';
    return snapshot(snapshotDescription);
  });
  await step('list snapshots', async () =>
    snapshotList((await snapshots.list({ collectionName })).snapshotDescriptions),
  );
  await step('delete snapshot', () => remove('none'));
  await step('delete the snapshot', () => remove(made));
}

async function fullSteps(): Promise<void> {
  const remove = async (snapshotName: string): Promise<boolean> => {
    await snapshots.deleteFull({ snapshotName });
    return true;
  };
  let made = '';
  await step('create full snapshot', async () => {
    const { snapshotDescription } = await snapshots.createFull({});
    made = snapshotDescription?.name ?? '';
    return snapshot(snapshotDescription);
  });
  await step('list full snapshots', async () => snapshotList((await snapshots.listFull({})).snapshotDescriptions));
  await step('delete full snapshot', () => remove('none'));
  await step('delete the full snapshot', () => remove(made));
}

export async function snapshotSteps(): Promise<void> {
  await stepsOfItems();
  await fullSteps();
}
