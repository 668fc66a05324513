# %% [markdown]
# # 07
# [x](../../README.md)
# %%
