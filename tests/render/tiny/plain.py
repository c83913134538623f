class Counter:
    def __init__(self, config=None):
        self.counts = {}

    def get_count(self, name, default=0):
        return {"success": True, "data": self.counts.get(name, default)}

    def Close(self, name):
        if name not in self.counts:
            return {"success": False, "error": "no such counter"}
        del self.counts[name]
        return {"success": True}
