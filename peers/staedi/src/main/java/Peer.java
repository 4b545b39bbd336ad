import com.sun.management.OperatingSystemMXBean;
import io.xlate.edi.schema.Schema;
import io.xlate.edi.schema.SchemaFactory;
import io.xlate.edi.stream.EDIInputFactory;
import io.xlate.edi.stream.EDIStreamEvent;
import io.xlate.edi.stream.EDIStreamReader;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads one file with StAEDI and prints megabytes (10^6) per second of process
 * CPU time, the best of several passes after two of warming up.
 *
 * Peer FILE off      elements with their places, no validation
 * Peer FILE control  envelopes validated too (the library's default)
 * Peer FILE SCHEMA   transaction sets validated against SCHEMA too
 */
public final class Peer {
    private static long sum;

    public static void main(String[] args) throws Exception {
        byte[] data = Files.readAllBytes(Path.of(args[0]));
        String mode = args[1];
        OperatingSystemMXBean os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        double best = 0;
        for (int pass = 0; pass < 7; pass++) {
            long before = os.getProcessCpuTime();
            read(data, mode);
            double seconds = (os.getProcessCpuTime() - before) / 1e9;
            if (pass >= 2) {
                best = Math.max(best, data.length / 1e6 / seconds);
            }
        }
        if (sum == 0) {
            throw new IllegalStateException("nothing was read");
        }
        System.out.printf("%.1f%n", best);
    }

    private static void read(byte[] data, String mode) throws Exception {
        EDIInputFactory factory = EDIInputFactory.newFactory();
        factory.setProperty(EDIInputFactory.EDI_VALIDATE_CONTROL_STRUCTURE, !mode.equals("off"));
        Schema schema = null;
        if (!mode.equals("off") && !mode.equals("control")) {
            schema = SchemaFactory.newFactory().createSchema(Path.of(mode).toUri().toURL());
        }
        try (EDIStreamReader reader = factory.createEDIStreamReader(new ByteArrayInputStream(data))) {
            while (reader.hasNext()) {
                EDIStreamEvent event = reader.next();
                switch (event) {
                    case START_TRANSACTION:
                        if (schema != null) {
                            reader.setTransactionSchema(schema);
                        }
                        break;
                    case ELEMENT_DATA:
                        sum += reader.getText().length() + reader.getLocation().getCharacterOffset();
                        break;
                    case ELEMENT_DATA_ERROR:
                    case ELEMENT_OCCURRENCE_ERROR:
                    case SEGMENT_ERROR:
                        throw new IllegalStateException(event + " " + reader.getErrorType() + " at " + reader.getLocation());
                    default:
                        break;
                }
            }
        }
    }
}
