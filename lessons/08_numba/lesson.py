# %% [markdown]
# # 08
# [x](../../README.md)
# %%
