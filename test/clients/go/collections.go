package main

import "github.com/qdrant/go-client/qdrant"

func createItems() error {
	return client.CreateCollection(ctx, &qdrant.CreateCollection{
		CollectionName: items,
		VectorsConfig: qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{
			"dense": {Size: 4, Distance: qdrant.Distance_Cosine},
			"rows": {
				Size:              2,
				Distance:          qdrant.Distance_Dot,
				MultivectorConfig: &qdrant.MultiVectorConfig{Comparator: qdrant.MultiVectorComparator_MaxSim},
			},
		}),
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{
			"words": {Modifier: qdrant.Modifier_Idf.Enum()},
		}),
	})
}

// Every section of a collection's configuration.
func createConfigured() error {
	return client.CreateCollection(ctx, &qdrant.CreateCollection{
		CollectionName: "configured",
		Timeout:        u64(30),
		VectorsConfig: qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{
			"scalar": {
				Size:     8,
				Distance: qdrant.Distance_Cosine,
				HnswConfig: &qdrant.HnswConfigDiff{
					M: u64(8), EfConstruct: u64(32), FullScanThreshold: u64(100), MaxIndexingThreads: u64(1), OnDisk: no,
				},
				QuantizationConfig: qdrant.NewQuantizationScalar(&qdrant.ScalarQuantization{
					Type: qdrant.QuantizationType_Int8, Quantile: f32(0.99), AlwaysRam: yes,
				}),
				OnDisk:   yes,
				Datatype: qdrant.Datatype_Float16.Enum(),
			},
			"product": {
				Size:     8,
				Distance: qdrant.Distance_Manhattan,
				QuantizationConfig: qdrant.NewQuantizationProduct(&qdrant.ProductQuantization{
					Compression: qdrant.CompressionRatio_x8, AlwaysRam: no,
				}),
			},
			"binary": {
				Size:     8,
				Distance: qdrant.Distance_Dot,
				QuantizationConfig: qdrant.NewQuantizationBinary(&qdrant.BinaryQuantization{
					AlwaysRam: yes,
					Encoding:  qdrant.BinaryQuantizationEncoding_TwoBits.Enum(),
					QueryEncoding: qdrant.NewBinaryQuantizationQueryEncodingSetting(
						qdrant.BinaryQuantizationQueryEncoding_Scalar8Bits),
				}),
			},
			"multi": {
				Size:              3,
				Distance:          qdrant.Distance_Euclid,
				Datatype:          qdrant.Datatype_Uint8.Enum(),
				MultivectorConfig: &qdrant.MultiVectorConfig{Comparator: qdrant.MultiVectorComparator_MaxSim},
			},
		}),
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{
			"sparse": {
				Index: &qdrant.SparseIndexConfig{
					FullScanThreshold: u64(100), OnDisk: no, Datatype: qdrant.Datatype_Float16.Enum(),
				},
				Modifier: qdrant.Modifier_Idf.Enum(),
			},
		}),
		ShardNumber:            u32(1),
		ReplicationFactor:      u32(1),
		WriteConsistencyFactor: u32(1),
		OnDiskPayload:          yes,
		HnswConfig: &qdrant.HnswConfigDiff{
			M: u64(24), EfConstruct: u64(64), FullScanThreshold: u64(5000), MaxIndexingThreads: u64(1),
			OnDisk: no, PayloadM: u64(8),
		},
		WalConfig: &qdrant.WalConfigDiff{WalCapacityMb: u64(16), WalSegmentsAhead: u64(1), WalRetainClosed: u64(2)},
		OptimizersConfig: &qdrant.OptimizersConfigDiff{
			DeletedThreshold:       f64(0.25),
			VacuumMinVectorNumber:  u64(2000),
			DefaultSegmentNumber:   u64(2),
			MaxSegmentSize:         u64(50000),
			MemmapThreshold:        u64(60000),
			IndexingThreshold:      u64(15000),
			FlushIntervalSec:       u64(7),
			MaxOptimizationThreads: qdrant.NewMaxOptimizationThreads(2),
		},
		QuantizationConfig: qdrant.NewQuantizationScalar(&qdrant.ScalarQuantization{
			Type: qdrant.QuantizationType_Int8, Quantile: f32(0.95), AlwaysRam: no,
		}),
		StrictModeConfig: &qdrant.StrictModeConfig{
			Enabled:                       yes,
			MaxQueryLimit:                 u32(50),
			MaxTimeout:                    u32(60),
			UnindexedFilteringRetrieve:    yes,
			UnindexedFilteringUpdate:      no,
			SearchMaxHnswEf:               u32(256),
			SearchAllowExact:              yes,
			SearchMaxOversampling:         f32(4.5),
			UpsertMaxBatchsize:            u64(100),
			MaxCollectionVectorSizeBytes:  u64(1000000),
			ReadRateLimit:                 u32(10000),
			WriteRateLimit:                u32(10000),
			MaxCollectionPayloadSizeBytes: u64(2000000),
			MaxPointsCount:                u64(5000),
			FilterMaxConditions:           u64(30),
			ConditionMaxSize:              u64(40),
			MaxPayloadIndexCount:          u64(9),
			MultivectorConfig: &qdrant.StrictModeMultivectorConfig{
				MultivectorConfig: map[string]*qdrant.StrictModeMultivector{"multi": {MaxVectors: u64(16)}},
			},
			SparseConfig: &qdrant.StrictModeSparseConfig{
				SparseConfig: map[string]*qdrant.StrictModeSparse{"sparse": {MaxLength: u64(64)}},
			},
		},
		Metadata: qdrant.NewValueMap(object{
			"owner": "team Ω", "count": big, "ratio": 0.5,
			"nested": object{"list": []any{1, nil, true}, "empty": object{}},
		}),
	})
}

// Everything that may be changed of a collection.
func updateConfigured() error {
	return client.UpdateCollection(ctx, &qdrant.UpdateCollection{
		CollectionName: "configured",
		Timeout:        u64(30),
		VectorsConfig: qdrant.NewVectorsConfigDiffMap(map[string]*qdrant.VectorParamsDiff{
			"scalar": {
				HnswConfig:         &qdrant.HnswConfigDiff{M: u64(12)},
				QuantizationConfig: qdrant.NewQuantizationDiffDisabled(),
				OnDisk:             no,
			},
			"product": {QuantizationConfig: qdrant.NewQuantizationDiffBinary(&qdrant.BinaryQuantization{AlwaysRam: yes})},
		}),
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{
			"sparse": {Index: &qdrant.SparseIndexConfig{FullScanThreshold: u64(200)}},
		}),
		Params: &qdrant.CollectionParamsDiff{
			ReplicationFactor: u32(1), WriteConsistencyFactor: u32(1), ReadFanOutFactor: u32(2), OnDiskPayload: no,
		},
		HnswConfig:       &qdrant.HnswConfigDiff{EfConstruct: u64(80)},
		OptimizersConfig: &qdrant.OptimizersConfigDiff{IndexingThreshold: u64(12000), FlushIntervalSec: u64(9)},
		QuantizationConfig: qdrant.NewQuantizationDiffProduct(&qdrant.ProductQuantization{
			Compression: qdrant.CompressionRatio_x16, AlwaysRam: yes,
		}),
		StrictModeConfig: &qdrant.StrictModeConfig{MaxQueryLimit: u32(40)},
		Metadata:         qdrant.NewValueMap(object{"owner": nil, "added": "later"}),
	})
}

func infoStep(name, collection string, canonical func(*qdrant.CollectionInfo) object) {
	found, err := client.GetCollectionInfo(ctx, collection)
	step(name, found, err, canonical)
}

func listStep(name string) {
	names, err := client.ListCollections(ctx)
	step(name, append([]string{}, names...), err, same)
}

func existsStep(name, collection string) {
	exists, err := client.CollectionExists(ctx, collection)
	step(name, exists, err, same)
}

// Whether there was one to delete is known to the client's stub alone.
func deleteStep(name, collection string, timeout *uint64) {
	request := &qdrant.DeleteCollection{CollectionName: collection, Timeout: timeout}
	answer, err := client.GetCollectionsClient().Delete(ctx, request)
	step(name, answer.GetResult(), err, same)
}

func collectionSteps() {
	health, err := client.HealthCheck(ctx)
	step("health check", health, err, func(reply *qdrant.HealthCheckReply) object {
		return object{"title": reply.GetTitle(), "version": reply.GetVersion()}
	})
	listStep("list collections: none")
	done("create items", createItems())
	done("create plain", client.CreateCollection(ctx, &qdrant.CreateCollection{
		CollectionName: "plain",
		VectorsConfig:  qdrant.NewVectorsConfig(&qdrant.VectorParams{Size: 3, Distance: qdrant.Distance_Euclid}),
	}))
	done("create configured", createConfigured())
	done("create items again", createItems())
	listStep("list collections")
	existsStep("items exists", items)
	existsStep("nothing exists", "nothing")
	infoStep("info of configured", "configured", info)
	done("update configured", updateConfigured())
	infoStep("info of configured, updated", "configured", info)
	infoStep("info of plain, empty", "plain", info)
}

// What takes a cluster, which the server does not have (the code alone counts), snapshots, and the end.
func lastSteps() {
	cluster, err := client.GetCollectionClusterInfo(ctx, items)
	step("cluster info", cluster, err, same)
	drop := qdrant.NewUpdateCollectionClusterDropReplica(items, &qdrant.Replica{ShardId: 0, PeerId: 1})
	done("update cluster setup", client.UpdateClusterCollectionSetup(ctx, drop))
	key := &qdrant.CreateShardKey{ShardKey: qdrant.NewShardKey("key")}
	done("create shard key", client.CreateShardKey(ctx, items, key))
	gone := &qdrant.DeleteShardKey{ShardKey: qdrant.NewShardKey("key")}
	done("delete shard key", client.DeleteShardKey(ctx, items, gone))
	keys, err := client.ListShardKeys(ctx, items)
	step("list shard keys", keys, err, same)
	snapshotSteps()

	for _, name := range []string{"create vector name, dense", "create vector name, sparse", "delete vector name"} {
		skip(name, "go-client 1.17.1 has no such method")
	}
	for _, name := range []string{"create newest", "info of newest", "delete newest"} {
		skip(name, "go-client 1.17.1 has no placement in memory")
	}
	deleteStep("delete configured", "configured", u64(30))
	deleteStep("delete plain", "plain", nil)
	aliasesStep("list aliases: gone with their collection")
	deleteStep("delete what is not there", "nothing", nil)
	listStep("list collections: items")
}
