"""园区端: units floor by floor, what is vacant and on offer, tenants coming and going, and who looks for a space."""
