"""The commands of `yujing`, one file per group; every click command found here is offered."""
