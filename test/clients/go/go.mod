module vectorizer.test/clients

go 1.26.8

require github.com/qdrant/go-client v1.17.1 // indirect
