package main

import (
	"sort"

	"github.com/qdrant/go-client/qdrant"
)

func aliasesChanged(name string, actions ...*qdrant.AliasOperations) {
	done(name, client.UpdateAliases(ctx, actions))
}

// Pairs of an alias and its collection, by the alias.
func aliasPairs(found []*qdrant.AliasDescription) [][]string {
	pairs := [][]string{}
	for _, alias := range found {
		pairs = append(pairs, []string{alias.GetAliasName(), alias.GetCollectionName()})
	}
	sort.Slice(pairs, func(a, b int) bool { return pairs[a][0] < pairs[b][0] })
	return pairs
}

func aliasesStep(name string) {
	found, err := client.ListAliases(ctx)
	step(name, found, err, aliasPairs)
}

// The client's own method gives names: their collection is known to its stub alone.
func aliasesOfItemsStep(name string) {
	request := &qdrant.ListCollectionAliasesRequest{CollectionName: items}
	found, err := client.GetCollectionsClient().ListCollectionAliases(ctx, request)
	step(name, found.GetAliases(), err, aliasPairs)
}

func aliasSteps() {
	aliasesChanged("create two aliases", qdrant.NewAlias("today", items), qdrant.NewAliasCreate("best", items))
	aliasesOfItemsStep("list aliases of a collection")
	aliasesStep("list aliases")
	countStep("count through an alias", &qdrant.CountPoints{CollectionName: "today"})
	found, err := client.GetCollectionInfo(ctx, "best")
	step("info through an alias", found, err, (*qdrant.CollectionInfo).GetPointsCount)
	existsStep("alias exists", "today")
	done("rename an alias", client.RenameAlias(ctx, "today", "yesterday"))
	done("create over an alias", client.CreateAlias(ctx, "best", "plain"))
	names, err := client.ListCollectionAliases(ctx, items)
	step("names of the aliases of a collection", names, err, same)
	aliasesStep("list aliases, changed")
	countStep("count through a changed alias", &qdrant.CountPoints{CollectionName: "best"})
	countStep("error: count through an old name", &qdrant.CountPoints{CollectionName: "today"})
	aliasesChanged("delete an alias and an unknown one",
		qdrant.NewAliasDelete("best"), qdrant.NewAliasDelete("unknown"))

	done("error: alias of no such collection", client.CreateAlias(ctx, "best", "nothing"))
	done("error: alias of an alias", client.CreateAlias(ctx, "best", "yesterday"))
	done("error: alias with a collection's name", client.CreateAlias(ctx, "plain", items))
	aliasesChanged("error: rename of an unknown alias", qdrant.NewAliasRename("unknown", "best"))
	done("error: collection with an alias's name", client.CreateCollection(ctx, &qdrant.CreateCollection{
		CollectionName: "yesterday",
		VectorsConfig:  qdrant.NewVectorsConfig(&qdrant.VectorParams{Size: 1, Distance: qdrant.Distance_Dot}),
	}))
	deleteStep("delete a collection by its alias", "yesterday", nil)
	aliasesChanged("error: the second of three actions",
		qdrant.NewAliasCreate("kept", "plain"), qdrant.NewAliasCreate("lost", "nothing"), qdrant.NewAliasDelete("kept"))
	aliasesStep("list aliases, after an error")
	done("delete an alias", client.DeleteAlias(ctx, "yesterday"))
	aliasesOfItemsStep("list aliases of a collection: none")
}
