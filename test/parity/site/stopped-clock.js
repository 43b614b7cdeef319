// Every household is asked about at its own moment, and ages must not grow while the test runs.
const moment = Number(new URL(self.location.href).searchParams.get('moment'));
Date.now = () => moment;
