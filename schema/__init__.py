"""What may be said on a map: vocabulary, records, rules and validation. This room knows no other room."""
