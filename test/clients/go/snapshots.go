package main

// Snapshots of a collection and of the whole storage; what is made is deleted.
func snapshotSteps() {
	made, err := client.CreateSnapshot(ctx, items)
	step("create snapshot", made, err, snapshot)
	found, err := client.ListSnapshots(ctx, items)
	step("list snapshots", found, err, snapshots)
	done("delete snapshot", client.DeleteSnapshot(ctx, items, "none"))
	done("delete the snapshot", client.DeleteSnapshot(ctx, items, made.GetName()))

	made, err = client.CreateFullSnapshot(ctx)
	step("create full snapshot", made, err, snapshot)
	found, err = client.ListFullSnapshots(ctx)
	step("list full snapshots", found, err, snapshots)
	done("delete full snapshot", client.DeleteFullSnapshot(ctx, "none"))
	done("delete the full snapshot", client.DeleteFullSnapshot(ctx, made.GetName()))
}
