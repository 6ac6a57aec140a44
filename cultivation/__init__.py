"""How enterprises grow (梯度培育): the key list, tiers held, and what stands between an enterprise and the next tier."""
