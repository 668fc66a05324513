# %% [markdown]
# # 09
# [x](../../README.md)
# %%
